import { randomBytes } from 'node:crypto';
import type { Random } from '../base/random.ts';

/** This machine's generator, good enough for secrets. */
export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  number: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
};
