import type { Segment } from '../tree.ts';
import type { BlockSource } from './source.ts';

/** Reads the bytes that stand in for a block, from `within` on. */
export type ReadPatch = (target: Uint8Array, within: number) => void;

/**
 * A source some of whose blocks read as something else. Closing it closes the source.
 *
 * @param patches By block number.
 */
export function patchedSource(
  base: BlockSource,
  blockSize: number,
  patches: ReadonlyMap<number, ReadPatch>,
): BlockSource {
  const segments = (): Segment[] =>
    [...patches.keys()]
      .sort((a, b) => a - b)
      .map((block) => ({ offset: block * blockSize, length: blockSize }));
  return {
    name: base.name,
    identity: `${base.identity}*`,
    size: base.size,
    read: (target, offset) => {
      const end = offset + target.length;
      const stopAt = (block: number): number => Math.min(end, block * blockSize);
      for (let at = offset; at < end; ) {
        const block = Math.floor(at / blockSize);
        const patch = patches.get(block);
        const stop = stopAt(
          patch === undefined ? nextPatched(patches, block, end / blockSize) : block + 1,
        );
        const part = target.subarray(at - offset, stop - offset);
        if (patch === undefined) base.read(part, at);
        else patch(part, at - block * blockSize);
        at = stop;
      }
    },
    overlay: { base, segments },
    close: () => base.close(),
  };
}

function nextPatched(patches: ReadonlyMap<number, ReadPatch>, block: number, end: number): number {
  let next = block + 1;
  while (next < end && !patches.has(next)) next += 1;
  return next;
}
