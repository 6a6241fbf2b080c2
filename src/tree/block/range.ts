import type { Segment } from '../tree.ts';
import { corrupt } from './faults.ts';
import type { BlockSource } from './source.ts';

/**
 * A part of a source, such as a partition of a disk. Closing it closes the whole.
 *
 * @throws {TreeError} `IMAGE_CORRUPT` where the source ends before.
 */
export function rangeSource(source: BlockSource, offset: number, size: number): BlockSource {
  const { name, overlay } = source;
  if (offset < 0 || size < 0 || offset + size > source.size) {
    throw corrupt(name, `a partition of ${size} bytes at ${offset} in ${source.size} bytes`);
  }
  const range: BlockSource = {
    name,
    identity: `${source.identity}+${offset}`,
    size,
    read: (target, at) => {
      if (at < 0 || at + target.length > size) {
        throw corrupt(name, `${at + target.length} is beyond the ${size} bytes of its partition`);
      }
      source.read(target, offset + at);
    },
    close: () => source.close(),
  };
  if (overlay === undefined) return range;
  const base = rangeSource(overlay.base, offset, size);
  return { ...range, overlay: { base, segments: () => clip(overlay.segments(), offset, size) } };
}

function* clip(segments: Iterable<Segment>, start: number, size: number): Generator<Segment> {
  for (const { offset, length } of segments) {
    const first = Math.max(offset - start, 0);
    const end = Math.min(offset + length - start, size);
    if (end > first) yield { offset: first, length: end - first };
  }
}
