/**
 * Whether a COW file can be used, and with this base image: the kernel would mix two silently.
 *
 * @module
 */

import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { explain } from '../base/errno.ts';
import { type Bytes, formatSize } from '../base/units.ts';
import { roomIn } from '../host/room.ts';
import type { CowHeader } from '../tree/block/cow-header.ts';
import { baseFault } from './base-note.ts';
import { cowTime } from './cow.ts';
import { cowExtent } from './extent.ts';
import { lookAtImage } from './image.ts';
import { type Disk, LaunchError } from './launch.ts';

/**
 * @param rebase Takes one whose base image has another time now.
 * @throws {LaunchError} `COW_MISMATCH` when it was made on another image, or the image has changed;
 *   `COW_TRUNCATED`; `COW_UNUSABLE` when it may not be written, or cannot be made where it should be.
 */
export function chooseCow(cow: string, image: string, rebase: boolean): Disk {
  if (!existsSync(cow)) {
    checkPlace(cow);
    return { kind: 'cow', path: resolve(cow), exists: false };
  }
  const header = lookAtImage(cow).cow;
  if (header === undefined) throw mismatch(cow, 'it is no COW file');
  checkWritable(cow);
  const waste = checkExtent(cow, header);
  const moved = checkBase(cow, header, image, rebase);
  return {
    kind: 'cow',
    path: realpathSync(cow),
    exists: true,
    ...(moved !== undefined && { moved }),
    ...(waste > 0 && { waste }),
  };
}

/** A header and a bitmap have to fit, and a little of what the guest writes at once. */
const LEAST_ROOM: Bytes = 2 ** 20;

function checkPlace(cow: string): void {
  const directory = dirname(cow);
  const { free, fault } = roomIn(directory);
  if (fault !== undefined) throw unusable('make', cow, `"${directory}" ${fault}`);
  if (free < LEAST_ROOM) {
    throw unusable('make', cow, `"${directory}" has only ${formatSize(free)} free`);
  }
}

function checkWritable(cow: string): void {
  try {
    accessSync(cow, constants.W_OK);
  } catch (error) {
    throw unusable('write to', cow, explain(error));
  }
}

/** @returns what it takes on its disk for holes that a copy has filled. */
function checkExtent(cow: string, header: CowHeader): Bytes {
  const { size, blocks } = statSync(cow);
  const whole = header.dataOffset + header.size;
  const isFilled = blocks * 512 > whole / 2;
  if (size >= whole && !isFilled) return 0;
  const { needed, allocated, written } = cowExtent(cow, header);
  if (size < needed) {
    throw new LaunchError(
      `Cannot use the COW file "${cow}": it is truncated, ${formatSize(size)} of ${formatSize(needed)}`,
      {
        kind: 'conflict',
        code: 'COW_TRUNCATED',
        hint: 'Copy it again, with cp --sparse=always or rsync -S.',
      },
    );
  }
  return allocated - written > whole / 2 ? allocated - written : 0;
}

/** @returns what its header has to name anew of its base image. */
function checkBase(
  cow: string,
  header: CowHeader,
  image: string,
  rebase: boolean,
): 'place' | 'time' | undefined {
  const { size, mtimeMs } = statSync(image);
  const mtime = cowTime(mtimeMs);
  if (header.size !== size) {
    throw mismatch(cow, `it was made on an image of ${header.size} bytes, "${image}" has ${size}`);
  }
  if (header.mtime !== mtime && !rebase) {
    const [then, now] = [header.mtime, mtime].map((at) => new Date(at * 1_000).toISOString());
    throw mismatch(
      cow,
      `"${image}" was last changed at ${now}, its own base image at ${then}`,
      'If it is a copy of that, start once with --rebase-cow; else name the right image.',
    );
  }
  if (header.mtime !== mtime) return 'time';
  return isSameFile(header.backing, image) ? undefined : 'place';
}

function isSameFile(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

/**
 * Proves that the base image of a COW file holds what it held when the COW file was made.
 *
 * @throws {LaunchError} `COW_MISMATCH` when it does not, or that cannot be known.
 */
export async function checkRebase(disk: Disk, image: string): Promise<void> {
  if (disk.kind !== 'cow' || !disk.exists) {
    throw new LaunchError('Cannot rebase: there is no COW file', {
      kind: 'usage',
      code: 'COW_MISMATCH',
      hint: 'Name one with --cow, or --image COW:IMAGE.',
    });
  }
  const header = lookAtImage(disk.path).cow;
  if (disk.moved !== 'time' || header === undefined) return;
  const fault = await baseFault(disk.path, header, image);
  if (fault === undefined) return;
  throw new LaunchError(`Cannot rebase the COW file "${disk.path}": ${fault}`, {
    kind: 'conflict',
    code: 'COW_MISMATCH',
    hint: `If you know it to be an unchanged copy, give it its time back: touch -d @${header.mtime} ${image}`,
  });
}

function mismatch(
  cow: string,
  reason: string,
  hint = 'Name the base image that the COW file was made on, or start with a new COW file.',
): LaunchError {
  return new LaunchError(`Cannot use the COW file "${cow}": ${reason}`, {
    kind: 'conflict',
    code: 'COW_MISMATCH',
    hint,
  });
}

function unusable(verb: 'make' | 'write to', cow: string, reason: string): LaunchError {
  return new LaunchError(`Cannot ${verb} the COW file "${cow}": ${reason}`, {
    kind: 'conflict',
    code: 'COW_UNUSABLE',
    hint: 'Choose a place for it with --cow, where you may write.',
  });
}
