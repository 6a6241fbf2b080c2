import type { Bytes } from '../base/units.ts';
import type { JobResources } from './description.ts';

const MIB = 2 ** 20;
const FIXED = 64 * MIB;

/**
 * What a site is asked for, so that a guest that uses all of its memory is not ended for it.
 */
export function memoryRequest({ memory, memoryRequest: said }: JobResources): Bytes {
  return said ?? memory + FIXED + memory / 32;
}
