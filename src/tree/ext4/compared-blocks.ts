import type { Bytes } from '../../base/units.ts';
import { isInUse } from './block-bitmap.ts';
import type { BlockNumbers } from './changed-blocks.ts';
import type { Volume } from './volume.ts';

const CHUNK = 1_048_576;

/**
 * Finds the blocks that differ between two volumes of equal shape by reading both: those that the
 * second one uses, and all inode tables. Yields how many bytes of each it read, again and again.
 */
export function* comparedBlocks(base: Volume, next: Volume): Generator<Bytes, BlockNumbers> {
  const { blockSize, firstBlock } = next.superblock;
  const ranges = [...tableRanges(next), ...usedRanges(next)].sort((a, b) => a.first - b.first);
  const differing: number[] = [];
  const atOnce = Math.max(1, CHUNK / blockSize);
  const [left, right] = [Buffer.alloc(atOnce * blockSize), Buffer.alloc(atOnce * blockSize)];
  let done = firstBlock;
  for (const { first, end } of ranges) {
    for (let at = Math.max(first, done); at < end; at += atOnce) {
      const length = Math.min(atOnce, end - at) * blockSize;
      base.read(left.subarray(0, length), at);
      next.read(right.subarray(0, length), at);
      for (const block of differences(left, right, length, blockSize)) differing.push(at + block);
      yield length;
    }
    done = Math.max(done, end);
  }
  return Float64Array.from(differing);
}

interface Range {
  readonly first: number;
  readonly end: number;
}

function* tableRanges({ superblock, groups }: Volume): Generator<Range> {
  const { inodesPerGroup, inodeSize, blockSize } = superblock;
  const length = Math.ceil((inodesPerGroup * inodeSize) / blockSize);
  for (const first of groups.inodeTables) yield { first, end: first + length };
}

function* usedRanges(volume: Volume): Generator<Range> {
  const { blocks, firstBlock } = volume.superblock;
  const used = isInUse(volume);
  for (let block = firstBlock; block < blocks; ) {
    const first = block;
    while (block < blocks && used(block)) block += 1;
    if (block > first) yield { first, end: block };
    else block += 1;
  }
}

function* differences(
  left: Buffer,
  right: Buffer,
  length: number,
  blockSize: number,
): Generator<number> {
  if (left.compare(right, 0, length, 0, length) === 0) return;
  for (let at = 0; at < length; at += blockSize) {
    if (left.compare(right, at, at + blockSize, at, at + blockSize) !== 0) yield at / blockSize;
  }
}
