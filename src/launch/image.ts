/**
 * A first look at an image: enough to refuse early what the kernel would panic over.
 *
 * @module
 */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from '../base/errors.ts';
import { formatSize } from '../base/units.ts';
import { type CowHeader, isCow, readCowHeader } from '../tree/block/cow-header.ts';
import type { BlockSource } from '../tree/block/source.ts';
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
  if (partition !== undefined) return { partition };
  throw new LaunchError(
    `Cannot use the image "${path}": it holds no ext2, ext3 or ext4 filesystem`,
    {
      kind: 'conflict',
      code: 'IMAGE_FOREIGN',
      hint: 'Name a raw base image, such as one made by "apppot image build".',
    },
  );
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
    `Cannot read the image "${path}": ${missing ? 'no such file' : (errnoOf(cause) ?? cause)}`,
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
  if (size >= wanted) return;
  throw new LaunchError(
    `Cannot use the image "${path}": it is truncated, ${formatSize(size)} of ${formatSize(wanted)}`,
    {
      kind: 'conflict',
      code: 'IMAGE_TRUNCATED',
      hint: 'Copy it again, and compare its SHA-256 with the one in the .json file beside it.',
    },
  );
}

/** Of a master boot record: the first of the four with type 0x83, Linux. */
function linuxPartition(head: Buffer): number | undefined {
  if (head.length < 512 || head.readUInt16LE(510) !== 0xaa55) return undefined;
  const index = [0, 1, 2, 3].find((slot) => head[446 + 16 * slot + 4] === 0x83);
  return index === undefined ? undefined : index + 1;
}
