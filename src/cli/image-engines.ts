import type { ReadBase } from '../image/base.ts';

export const readBase: ReadBase = () =>
  Promise.resolve({ bytes: Buffer.from('manifest\n'), digest: '0'.repeat(64) });
