import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { showPath, toFsPath } from './byte-path.ts';
import { seekHoles } from './holes.ts';
import { type BytePath, type Contents, type Segment, TreeError } from './tree.ts';

/** Up to here, holes are found by looking for zeros; beyond, reading them would take long. */
const SCANNED_BYTES = 256 * 2 ** 20;
const BLOCK = 4_096;
const STAT_BLOCK = 512;

/**
 * Opens one regular file; never follows a symlink, never waits on a FIFO.
 *
 * @throws {TreeError} `TREE_UNREADABLE`, of kind `missing` when it is gone.
 */
export function liveContents(path: BytePath): Contents {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  let fd: number;
  try {
    fd = openSync(toFsPath(path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (cause) {
    const gone = errnoOf(cause) === 'ENOENT' || errnoOf(cause) === 'ELOOP';
    throw new TreeError(`Cannot read "${showPath(path)}": ${explain(cause)}`, {
      kind: gone ? 'missing' : 'conflict',
      code: 'TREE_UNREADABLE',
      cause,
    });
  }
  return {
    segments: () => segmentsOf(fd, path),
    read: (target, offset) => readFully(fd, target, offset),
    close: () => closeSync(fd),
  };
}

function segmentsOf(fd: number, path: BytePath): readonly Segment[] {
  const { size, blocks } = fstatSync(fd);
  if (size === 0) return [];
  const whole = [{ offset: 0, length: size }];
  if (blocks * STAT_BLOCK >= size) return whole;
  if (size <= SCANNED_BYTES) return scanned(fd, size);
  return seekHoles(path) ?? scanned(fd, size);
}

/** Node cannot ask the kernel for holes: any block of zeros in a file with holes is taken for one. */
function scanned(fd: number, size: number): readonly Segment[] {
  const segments: { offset: number; length: number }[] = [];
  const buffer = Buffer.alloc(2 ** 20);
  for (let base = 0; base < size; base += buffer.length) {
    const got = readFully(fd, buffer, base);
    for (let at = 0; at < got; at += BLOCK) {
      const block = buffer.subarray(at, Math.min(at + BLOCK, got));
      if (!isZero(block)) append(segments, base + at, block.length);
    }
    if (got < buffer.length) break;
  }
  return segments;
}

const ZEROS = Buffer.alloc(BLOCK);

function isZero(block: Buffer): boolean {
  return block.equals(ZEROS.subarray(0, block.length));
}

function append(
  segments: { offset: number; length: number }[],
  offset: number,
  length: number,
): void {
  const last = segments.at(-1);
  if (last !== undefined && last.offset + last.length === offset) last.length += length;
  else segments.push({ offset, length });
}

function readFully(fd: number, target: Uint8Array, offset: number): number {
  let done = 0;
  while (done < target.length) {
    const got = readSync(fd, target, done, target.length - done, offset + done);
    if (got === 0) break;
    done += got;
  }
  return done;
}
