import type { Contents, Segment } from '../tree.ts';
import { blockMap, type Extent } from './block-map.ts';
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
  const { blockSize } = volume.superblock;
  let cursor = 0;

  /** Index of the first extent that ends after `offset`; reading goes forward as a rule. */
  const seek = (offset: number): number => {
    const before = extents[cursor - 1];
    if (before !== undefined && endOf(before) * blockSize > offset) cursor = 0;
    while (cursor < extents.length && endOf(extents[cursor] as Extent) * blockSize <= offset) {
      cursor += 1;
    }
    return cursor;
  };
  return {
    segments: () => toSegments(extents, blockSize, length),
    read: (target, offset) => {
      const count = Math.max(0, Math.min(target.length, length - offset));
      let done = 0;
      for (let i = seek(offset); done < count; i += 1) {
        const extent = extents[i];
        const start = extent === undefined ? Infinity : extent.logical * blockSize;
        const hole = Math.min(count - done, Math.max(0, start - offset - done));
        target.fill(0, done, done + hole);
        done += hole;
        if (extent === undefined || done === count) continue;
        const within = offset + done - start;
        const part = Math.min(count - done, extent.length * blockSize - within);
        readWithin(volume, extent, within, target.subarray(done, done + part));
        done += part;
      }
      return count;
    },
    close: () => undefined,
  };
}

function endOf({ logical, length }: Extent): number {
  return logical + length;
}

function readWithin(volume: Volume, extent: Extent, offset: number, target: Uint8Array): void {
  volume.source.read(target, extent.physical * volume.superblock.blockSize + offset);
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
