import { corrupt } from '../block/faults.ts';
import { blockMap } from './block-map.ts';
import { checksumFault } from './directory-checksum.ts';
import { inlineData } from './inline-data.ts';
import { hasFlag, INODE_FLAG, type Inode, lengthOf } from './inode.ts';
import { seedOf } from './inode-table.ts';
import type { Volume } from './volume.ts';

/** A stretch of directory records: a whole block, or a part of an inode. Valid until the next one. */
export interface Block {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Bytes read at once, into the same memory each time: to get new memory costs more than a read. */
const CHUNK = 65_536;
const scratch = Buffer.alloc(CHUNK);
/** A directory in an inode: the parent's number, 56 bytes of records, then more in an attribute. */
const INLINE_PARENT = 4;
const INLINE_HEAD = 60;

/**
 * The records of a directory, block by block, checksums verified. Source: ext4/directory.rst.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function* directoryBlocks(
  volume: Volume,
  inode: Inode,
  account?: (blocks: number) => void,
): Generator<Block> {
  if (hasFlag(inode, INODE_FLAG.inlineData)) {
    yield* inlineRecords(volume, inode);
    return;
  }
  const seed = volume.hasChecksums ? seedOf(inode, volume.superblock.seed) : undefined;
  let isFirst = true;
  for (const { physical, count } of runs(volume, inode)) {
    account?.(count);
    for (const block of readRun(volume, physical, count)) {
      const isIndexed = hasFlag(inode, INODE_FLAG.index);
      const fault = seed === undefined ? undefined : checksumFault(block, seed, isIndexed, isFirst);
      if (fault !== undefined) throw broken(volume, inode, fault);
      isFirst = false;
      yield block;
    }
  }
}

/** Where its blocks lie; a directory has no holes. */
function runs(volume: Volume, inode: Inode): { physical: number; count: number }[] {
  const wanted = Math.ceil(lengthOf(inode) / volume.superblock.blockSize);
  const found: { physical: number; count: number }[] = [];
  let next = 0;
  for (const { logical, length, physical, isUnwritten } of blockMap(volume, inode).extents) {
    if (next >= wanted || logical !== next || isUnwritten) break;
    const count = Math.min(length, wanted - next);
    found.push({ physical, count });
    next += count;
  }
  if (next !== wanted) throw broken(volume, inode, `it has no block ${next} of ${wanted}`);
  return found;
}

function* readRun(volume: Volume, physical: number, count: number): Generator<Block> {
  const { blockSize } = volume.superblock;
  const atOnce = Math.max(1, CHUNK / blockSize);
  for (let done = 0; done < count; done += atOnce) {
    const bytes = scratch.subarray(0, Math.min(atOnce, count - done) * blockSize);
    volume.readNear(bytes, physical + done);
    for (let start = 0; start < bytes.length; start += blockSize) {
      yield { bytes, start, end: start + blockSize };
    }
  }
}

function* inlineRecords(volume: Volume, inode: Inode): Generator<Block> {
  const bytes = inlineData(volume, inode, lengthOf(inode));
  const head = Math.min(INLINE_HEAD, bytes.length);
  if (head > INLINE_PARENT) yield { bytes, start: INLINE_PARENT, end: head };
  if (bytes.length > head) yield { bytes, start: head, end: bytes.length };
}

function broken({ name }: Volume, inode: Inode, what: string): Error {
  return corrupt(name, `directory with inode ${inode.ino}: ${what}`);
}
