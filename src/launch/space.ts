/**
 * What a guest takes of its host: memory, a temporary directory, a scratch disk.
 *
 * @module
 */

import { existsSync, statSync } from 'node:fs';
import { type Bytes, formatSize } from '../base/units.ts';
import { isRandomized, readLimits } from '../host/limits.ts';
import { roomIn } from '../host/room.ts';
import type { DiskChoice } from './disk.ts';
import { type Confinement, LaunchError, type StartPlan } from './launch.ts';
import { checkLimits } from './limits.ts';
import { chooseMemoryPlace } from './memory.ts';
import { chooseScratch } from './scratch.ts';

export interface SpaceRequest {
  /** Default: 512 MiB. */
  readonly memory?: Bytes;
  readonly scratch?: Bytes;
}

const DEFAULT_MEMORY: Bytes = 512 * 2 ** 20;
/** Below this the kernel panics at boot. */
const LEAST_MEMORY: Bytes = 48 * 2 ** 20;

/**
 * @param directory The temporary directory.
 * @param path Directories to search for programs, as in `$PATH`.
 * @throws {LaunchError} `MEMORY_TOO_SMALL`, `MEMORY_UNPLACED`, `TEMP_UNUSABLE`, `SCRATCH_UNUSABLE`,
 *   `LIMIT_TOO_LOW`
 */
export function chooseSpace(
  request: SpaceRequest,
  { image, disk }: DiskChoice,
  confinement: Confinement,
  directory: string,
  path: string,
): Pick<StartPlan, 'memory' | 'memoryPlace' | 'scratch'> {
  const { memory = DEFAULT_MEMORY, scratch: size } = request;
  checkMemory(memory);
  checkTemporary(directory);
  const scratch = size === undefined ? undefined : chooseScratch(size, directory, path);
  const needs = { memory, disk, imageSize: statSync(image).size, scratch: size ?? 0 };
  checkLimits(needs, readLimits(), isRandomized());
  const memoryPlace = chooseMemoryPlace(memory, confinement, directory);
  return { memory, memoryPlace, ...(scratch !== undefined && { scratch }) };
}

function checkMemory(memory: Bytes): void {
  if (memory >= LEAST_MEMORY) return;
  throw new LaunchError(
    `Cannot start a guest with ${formatSize(memory)} of memory: it needs ${formatSize(LEAST_MEMORY)}`,
    { kind: 'usage', code: 'MEMORY_TOO_SMALL', hint: 'Give more, such as --mem 512M.' },
  );
}

/** A header of a COW file, settings and logs have to fit. */
const LEAST_ROOM: Bytes = 2 ** 20;

/**
 * Before anything is made there: a directory that is missing is a mistake, not a wish.
 *
 * @throws {LaunchError} `TEMP_UNUSABLE`
 */
export function checkTemporary(directory: string): void {
  const { free, fault } = roomIn(directory);
  if (fault === undefined && free >= LEAST_ROOM) return;
  const isMissing = !existsSync(directory);
  const reason = fault === undefined ? `has only ${formatSize(free)} free` : fault;
  throw new LaunchError(
    `Cannot use the temporary directory "${directory}": it ${isMissing ? 'does not exist' : reason}`,
    {
      kind: isMissing ? 'missing' : 'conflict',
      code: 'TEMP_UNUSABLE',
      hint: 'Set TMPDIR to a directory of your own that has room.',
    },
  );
}
