import { boundedCache } from '../block/bounded-cache.ts';
import { corrupt } from '../block/faults.ts';
import { crc32c } from './crc.ts';
import type { Volume } from './volume.ts';

const KEPT = 64;
const DESCRIPTOR_WITH_HIGH_HALVES = 64;

/**
 * Answers whether a block is in use, by the bitmap of its group.
 *
 * In a group whose bitmap was never written only metadata is in use; the answer there is no.
 */
export function isInUse(volume: Volume): (block: number) => boolean {
  const { firstBlock, blocksPerGroup, clusterBlocks } = volume.superblock;
  const bitmap = boundedCache(KEPT, (group) => readBitmap(volume, group));
  return (block) => {
    const group = Math.floor((block - firstBlock) / blocksPerGroup);
    const bit = Math.floor(((block - firstBlock) % blocksPerGroup) / clusterBlocks);
    return ((bitmap(group)[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
  };
}

function readBitmap(volume: Volume, group: number): Buffer {
  const { superblock, groups, hasChecksums, name } = volume;
  if (groups.bitmapUnwritten[group] === 1) return Buffer.alloc(0);
  const bitmap = volume.block(groups.blockBitmaps[group] ?? 0);
  if (!hasChecksums) return bitmap;
  const { blocksPerGroup, clusterBlocks, seed, descriptorSize } = superblock;
  const sum = crc32c(seed, bitmap, 0, blocksPerGroup / clusterBlocks / 8);
  const found = descriptorSize >= DESCRIPTOR_WITH_HIGH_HALVES ? sum : sum & 0xffff;
  const stored = groups.blockBitmapChecksums[group];
  if (found !== stored) {
    throw corrupt(
      name,
      `block bitmap of group ${group}: checksum is ${found}, stored is ${stored}`,
    );
  }
  return bitmap;
}
