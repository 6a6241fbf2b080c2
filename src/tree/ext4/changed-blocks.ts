import type { BlockSource } from '../block/source.ts';
import type { Segment } from '../tree.ts';

/** Block numbers, ascending. */
export type BlockNumbers = Float64Array;

/**
 * The runs of bytes that may differ between two sources that lie over one and the same file.
 *
 * @returns undefined when they have nothing in common, so that any byte may differ.
 */
export function changedSegments(base: BlockSource, next: BlockSource): Segment[] | undefined {
  const below = layers(base);
  const above = layers(next);
  const common = above.find(({ identity }) => below.some((layer) => layer.identity === identity));
  if (common === undefined) return undefined;
  return [below, above].flatMap((all) => {
    const end = all.findIndex(({ identity }) => identity === common.identity);
    return all.slice(0, end).flatMap(({ overlay }) => [...(overlay?.segments() ?? [])]);
  });
}

/** The source, what it lies over, and so on. */
function layers(source: BlockSource): BlockSource[] {
  const found: BlockSource[] = [];
  for (let at: BlockSource | undefined = source; at !== undefined; at = at.overlay?.base) {
    found.push(at);
  }
  return found;
}

/** The blocks that the segments touch, each once. */
export function toBlocks(
  segments: readonly Segment[],
  blockSize: number,
  blocks: number,
): BlockNumbers {
  const runs = segments
    .map(({ offset, length }) => ({
      first: Math.floor(offset / blockSize),
      end: Math.min(blocks, Math.ceil((offset + length) / blockSize)),
    }))
    .sort((a, b) => a.first - b.first);
  const numbers: number[] = [];
  let next = 0;
  for (const { first, end } of runs) {
    for (let block = Math.max(first, next); block < end; block += 1) numbers.push(block);
    next = Math.max(next, end);
  }
  return Float64Array.from(numbers);
}

/** Whether any of the numbers lies in `[first, end)`. */
export function hasBlockIn(numbers: BlockNumbers, first: number, end: number): boolean {
  const found = numbers[indexOf(numbers, first)];
  return found !== undefined && found < end;
}

/** Index of the first number that is not below `block`. */
export function indexOf(numbers: BlockNumbers, block: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) < block) low = middle + 1;
    else high = middle;
  }
  return low;
}
