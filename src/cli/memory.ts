import { type Bytes, parseSize } from '../base/units.ts';

/** A guest's memory: a bare number counts megabytes, as the original has it. */
export function parseMemory(text: string): Bytes {
  return parseSize(text, 2 ** 20);
}
