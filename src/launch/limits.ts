import { type Bytes, formatSize } from '../base/units.ts';
import type { Limits } from '../host/limits.ts';
import { cowLayout } from './cow.ts';
import { type Disk, LaunchError } from './launch.ts';

/** What a guest needs of its host. */
export interface Needs {
  readonly memory: Bytes;
  readonly imageSize: Bytes;
  readonly disk: Disk;
  readonly scratch: Bytes;
}

/** The kernel adds as much as the distance between its own data and the heap, which is random. */
const RANDOM_GAP: Bytes = 2 ** 30;
/** Addresses for the kernel's program besides the guest's memory. */
const PROGRAM: Bytes = 16 * 2 ** 20;

/**
 * Refuses what a limit of this process would end later, by a signal.
 *
 * @param isRandomized Whether programs start at random addresses here.
 * @throws {LaunchError} `LIMIT_TOO_LOW`
 */
export function checkLimits(needs: Needs, limits: Limits, isRandomized: boolean): void {
  const { fileSize = Infinity, addressSpace = Infinity } = limits;
  const memoryFile = needs.memory + (isRandomized ? RANDOM_GAP : 0);
  const files: [name: string, size: Bytes][] = [
    ['the file behind its memory', memoryFile],
    ['its disk', diskSize(needs)],
    ['its scratch disk', needs.scratch],
  ];
  const tooLarge = files.find(([, size]) => size > fileSize);
  if (tooLarge !== undefined) throw tooLow('a file', fileSize, '-f', tooLarge, needs, isRandomized);
  const addresses = needs.memory + PROGRAM;
  if (addresses > addressSpace) {
    throw tooLow('a process', addressSpace, '-v', ['it', addresses], needs, false);
  }
}

function diskSize({ disk, imageSize }: Needs): Bytes {
  return disk.kind === 'image' ? imageSize : cowLayout(imageSize).end;
}

function tooLow(
  what: string,
  limit: Bytes,
  option: string,
  [name, size]: [string, Bytes],
  { memory }: Needs,
  isRandomized: boolean,
): LaunchError {
  const way = isRandomized && memory <= limit ? ', or start by "setarch -R", which needs less' : '';
  return new LaunchError(
    `Cannot start the guest: ${what} may have ${formatSize(limit)} here (ulimit ${option}), ` +
      `and ${name} needs ${formatSize(size)}`,
    {
      kind: 'conflict',
      code: 'LIMIT_TOO_LOW',
      hint: `Raise the limit${way}.`,
    },
  );
}
