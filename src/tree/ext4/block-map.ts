import { extentTree } from './extent-tree.ts';
import { indirectBlocks } from './indirect-blocks.ts';
import { hasFlag, INODE_FLAG, type Inode } from './inode.ts';
import type { Volume } from './volume.ts';

/** A run of a file's blocks that lie one after the other. */
export interface Extent {
  /** First block, counted from the file's start. */
  readonly logical: number;
  /** In blocks. */
  readonly length: number;
  /** First block, counted from the filesystem's start. */
  readonly physical: number;
  /** Reserved but never written: reads as zeros. */
  readonly isUnwritten: boolean;
}

/** Where a file's blocks lie. What no extent covers is a hole. */
export interface BlockMap {
  /** In the file's order, without overlap. */
  readonly extents: readonly Extent[];
  /** The blocks that hold the map itself. */
  readonly ownBlocks: readonly number[];
}

/**
 * Reads the block map of a file, directory or long symlink.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function blockMap(volume: Volume, inode: Inode): BlockMap {
  return hasFlag(inode, INODE_FLAG.extents)
    ? extentTree(volume, inode)
    : indirectBlocks(volume, inode);
}

/** Index of the first extent that ends after a block. */
export function extentIndex(extents: readonly Extent[], block: number): number {
  let low = 0;
  let high = extents.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const extent = extents[middle];
    if (extent !== undefined && extent.logical + extent.length <= block) low = middle + 1;
    else high = middle;
  }
  return low;
}
