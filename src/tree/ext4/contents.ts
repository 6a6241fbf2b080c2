import type { Contents, Segment } from '../tree.ts';
import { blockMap, type Extent, extentIndex } from './block-map.ts';
import { inlineData } from './inline-data.ts';
import { hasFlag, INODE_FLAG, type Inode, lengthOf } from './inode.ts';
import type { Volume } from './volume.ts';

/**
 * Opens the contents of a regular file.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function fileContents(volume: Volume, inode: Inode): Contents {
  const length = lengthOf(inode);
  return hasFlag(inode, INODE_FLAG.inlineData)
    ? inlineContents(inlineData(volume, inode, length))
    : blockContents(volume, blockMap(volume, inode).extents.filter(isWritten), length);
}

function isWritten({ isUnwritten }: Extent): boolean {
  return !isUnwritten;
}

function inlineContents(data: Uint8Array): Contents {
  return {
    segments: () => (data.length === 0 ? [] : [{ offset: 0, length: data.length }]),
    read: (target, offset) => {
      const part = data.subarray(offset, offset + target.length);
      target.set(part);
      return part.length;
    },
    close: () => undefined,
  };
}

function blockContents(volume: Volume, extents: readonly Extent[], length: number): Contents {
  return {
    segments: () => toSegments(extents, volume.superblock.blockSize, length),
    read: (target, offset) => {
      const count = Math.max(0, Math.min(target.length, length - offset));
      readExtents(volume, extents, target.subarray(0, count), offset);
      return count;
    },
    close: () => undefined,
  };
}

/** Fills `target` from `offset` of the file: from its extents, and with zeros between them. */
function readExtents(
  { source, superblock: { blockSize } }: Volume,
  extents: readonly Extent[],
  target: Uint8Array,
  offset: number,
): void {
  const end = offset + target.length;
  for (let at = offset, i = extentIndex(extents, offset / blockSize); at < end; i += 1) {
    const extent = extents[i];
    const start = Math.min(end, extent === undefined ? end : extent.logical * blockSize);
    if (start > at) {
      target.fill(0, at - offset, start - offset);
      at = start;
    }
    if (extent === undefined || at === end) return;
    const stop = Math.min(end, (extent.logical + extent.length) * blockSize);
    const part = target.subarray(at - offset, stop - offset);
    source.read(part, (extent.physical - extent.logical) * blockSize + at);
    at = stop;
  }
}

function toSegments(extents: readonly Extent[], blockSize: number, end: number): Segment[] {
  const segments: { offset: number; length: number }[] = [];
  for (const extent of extents) {
    const offset = extent.logical * blockSize;
    const length = Math.min(extent.length * blockSize, end - offset);
    if (length <= 0) break;
    const last = segments.at(-1);
    if (last !== undefined && last.offset + last.length === offset) last.length += length;
    else segments.push({ offset, length });
  }
  return segments;
}
