import type { Segment } from '../tree.ts';
import { changedSegments } from './changed-blocks.ts';
import type { Filesystem } from './filesystem.ts';

const CHUNK = 65_536;

/**
 * What differs between two images before and after the filesystem that was read: partition tables,
 * boot loaders, other partitions.
 *
 * @returns none where the images do not lie over the same file.
 */
export function changedOutside(base: Filesystem, next: Filesystem): Segment[] {
  const { blocks, blockSize } = next.volume.superblock;
  const end = next.start + blocks * blockSize;
  return (changedSegments(base.image, next.image) ?? [])
    .flatMap((segment) => [...partsOutside(segment, next.start, end)])
    .filter((segment) => differs(base, next, segment));
}

function* partsOutside(
  { offset, length }: Segment,
  start: number,
  end: number,
): Generator<Segment> {
  const stop = offset + length;
  for (const [from, to] of [
    [offset, Math.min(stop, start)],
    [Math.max(offset, end), stop],
  ] as const) {
    for (let at = from; at < to; at += CHUNK)
      yield { offset: at, length: Math.min(CHUNK, to - at) };
  }
}

function differs(base: Filesystem, next: Filesystem, { offset, length }: Segment): boolean {
  if (offset + length > base.image.size) return true;
  const [old, now] = [Buffer.alloc(length), Buffer.alloc(length)];
  base.image.read(old, offset);
  next.image.read(now, offset);
  return !old.equals(now);
}
