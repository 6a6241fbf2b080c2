import type { Bytes } from '../base/units.ts';
import type { JobResources } from './description.ts';

/** Kernel program, network program, wrapper, and what the host keeps for each process. */
const FIXED: Bytes = 64 * 2 ** 20;

/** Page tables, several for each page of the guest. */
const SHARE = 1 / 64;

/**
 * What a site is asked for, so that a guest that uses all of its memory is not ended for it: whole
 * bytes, of all cores together. Measured, see `docs/decisions/0007-memory-request.md`.
 */
export function memoryRequest({ memory, memoryRequest: said }: JobResources): Bytes {
  return said ?? Math.ceil(memory + FIXED + memory * SHARE);
}
