import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import { explain } from '../../base/errno.ts';
import { TreeError } from '../tree.ts';
import { corrupt } from './faults.ts';
import type { BlockSource } from './source.ts';

/** A file opened for reading, with what its reader needs to know of it. */
export interface FileSource extends BlockSource {
  /** Seconds since 1970, whole. */
  readonly mtime: number;
}

/**
 * Opens a raw image: a regular file or a block device.
 *
 * @throws {TreeError} `TREE_UNREADABLE`
 */
export function fileSource(path: string): FileSource {
  const fd = attempt(path, () => openRegular(path));
  const stats = fstatSync(fd);
  const size = stats.isBlockDevice() ? deviceSize(fd) : stats.size;
  return {
    name: path,
    identity: `${stats.dev}:${stats.ino}`,
    size,
    mtime: Math.floor(stats.mtimeMs / 1_000),
    read: (target, offset) => {
      if (offset < 0 || offset + target.length > size) throw beyondEnd(path, size, offset, target);
      attempt(path, () => readFully(path, fd, target, offset));
    },
    close: () => closeSync(fd),
  };
}

/** Looks before it opens: to open a FIFO would wait for a writer. */
function openRegular(path: string): number {
  const stats: Stats = statSync(path);
  if (!stats.isFile() && !stats.isBlockDevice()) {
    throw unreadable(path, 'it is neither a file nor a block device');
  }
  return openSync(path, 'r');
}

function readFully(path: string, fd: number, target: Uint8Array, offset: number): void {
  let done = 0;
  while (done < target.length) {
    const count = readSync(fd, target, done, target.length - done, offset + done);
    if (count === 0) throw corrupt(path, `it became shorter than ${offset + target.length} bytes`);
    done += count;
  }
}

/** A device's inode has no size: doubles a bound, then halves the gap, by reading single bytes. */
function deviceSize(fd: number): number {
  const probe = new Uint8Array(1);
  const has = (offset: number): boolean => readSync(fd, probe, 0, 1, offset) === 1;
  let high = 1;
  while (high < 2 ** 52 && has(high)) high *= 2;
  let low = Math.floor(high / 2);
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (has(middle)) low = middle;
    else high = middle;
  }
  return has(0) ? low + 1 : 0;
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TreeError) throw error;
    throw unreadable(path, explain(error), error);
  }
}

function unreadable(path: string, reason: string, cause?: unknown): TreeError {
  return new TreeError(`Cannot read the image "${path}": ${reason}`, {
    kind: 'missing',
    code: 'TREE_UNREADABLE',
    hint: 'Name an image file that you may read.',
    cause,
  });
}

function beyondEnd(path: string, size: number, offset: number, target: Uint8Array): TreeError {
  return corrupt(
    path,
    `it has ${size} bytes, but ${target.length} bytes at ${offset} are asked for`,
  );
}
