/**
 * A first look at an image: enough to refuse early what the kernel would panic over.
 *
 * @module
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { type Bytes, formatSize } from '../base/units.ts';
import { type CowHeader, isCow, readCowHeader } from '../tree/block/cow-header.ts';
import type { BlockSource } from '../tree/block/source.ts';
import { identifyForeign } from './foreign.ts';
import { LaunchError } from './launch.ts';

export interface ImageLook {
  /** The partition that holds the root filesystem; undefined when the image is a filesystem. */
  readonly partition?: number;
  /** Of a COW file: what it says of its base image. */
  readonly cow?: CowHeader;
}

/**
 * @throws {LaunchError} `IMAGE_MISSING`, `IMAGE_UNREADABLE`, `IMAGE_FOREIGN` (no filesystem that a
 * guest starts from), `IMAGE_TRUNCATED`.
 */
export function lookAtImage(path: string): ImageLook {
  const { head, size } = readHead(path);
  if (isCow(head)) return { cow: readCowHeader(sourceOf(path, head)) };
  if (isExt(head)) {
    checkLength(path, head, size);
    return {};
  }
  const partition = linuxPartition(head);
  if (partition !== undefined) {
    if (size < partition.end) throw truncated(path, size, partition.end);
    return { partition: partition.number };
  }
  const { what, hint } = identifyForeign(head, path);
  throw new LaunchError(`Cannot use the image "${path}": ${what}`, {
    kind: 'conflict',
    code: 'IMAGE_FOREIGN',
    hint,
  });
}

function sourceOf(name: string, bytes: Buffer): BlockSource {
  return {
    name,
    identity: name,
    size: bytes.length,
    read: (target, offset) => void bytes.copy(target, 0, offset, offset + target.length),
    close: () => undefined,
  };
}

function readHead(path: string): { head: Buffer; size: number } {
  try {
    const file = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const length = readSync(file, head, 0, HEAD_BYTES, 0);
      return { head: head.subarray(0, length), size: fstatSync(file).size };
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

function unreadable(path: string, cause: unknown): LaunchError {
  const missing = errnoOf(cause) === 'ENOENT' || errnoOf(cause) === 'ENOTDIR';
  return new LaunchError(
    `Cannot read the image "${path}": ${missing ? 'no such file' : reasonOf(cause)}`,
    {
      kind: missing ? 'missing' : 'conflict',
      code: missing ? 'IMAGE_MISSING' : 'IMAGE_UNREADABLE',
      hint: missing
        ? 'Build one: apppot image build minimal -o apppot.img'
        : 'Make the file readable for you, or name another with --image.',
      cause,
    },
  );
}

function reasonOf(cause: unknown): string {
  return errnoOf(cause) === 'EISDIR' ? 'it is a directory' : explain(cause);
}

const HEAD_BYTES = 8_192;

/** Offsets in the superblock, which starts at byte 1024: the kernel's `fs/ext4/ext4.h`. */
const SUPERBLOCK = 1_024;
const EXT_MAGIC = 0xef53;

function isExt(head: Buffer): boolean {
  return head.length >= 2 * SUPERBLOCK && head.readUInt16LE(SUPERBLOCK + 0x38) === EXT_MAGIC;
}

function checkLength(path: string, head: Buffer, size: number): void {
  const blockSize = 1_024 << head.readUInt32LE(SUPERBLOCK + 0x18);
  const wanted = head.readUInt32LE(SUPERBLOCK + 0x04) * blockSize;
  if (size < wanted) throw truncated(path, size, wanted);
}

function truncated(path: string, size: Bytes, wanted: Bytes): LaunchError {
  return new LaunchError(
    `Cannot use the image "${path}": it is truncated, ${formatSize(size)} of ${formatSize(wanted)}`,
    {
      kind: 'conflict',
      code: 'IMAGE_TRUNCATED',
      hint: 'Copy it again, and compare its SHA-256 with the one in the .json file beside it.',
    },
  );
}

/** Of a master boot record: the first of the four with type 0x83, Linux; `end` in bytes. */
function linuxPartition(head: Buffer): { number: number; end: Bytes } | undefined {
  if (head.length < 512 || head.readUInt16LE(510) !== 0xaa55) return undefined;
  const index = [0, 1, 2, 3].find((slot) => head[446 + 16 * slot + 4] === 0x83);
  if (index === undefined) return undefined;
  const [start, count] = [8, 12].map((field) => head.readUInt32LE(446 + 16 * index + field));
  return { number: index + 1, end: ((start ?? 0) + (count ?? 0)) * 512 };
}
