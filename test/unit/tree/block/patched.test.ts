import fc from 'fast-check';
import { expect, it } from 'vitest';
import { patchedSource } from '../../../../src/tree/block/patched.ts';
import { rangeSource } from '../../../../src/tree/block/range.ts';
import { memorySource } from '../../../kit/memory-source.ts';

const BLOCK = 8;
const BLOCKS = 10;

const patches = fc.uniqueArray(fc.nat(BLOCKS - 1)).map((blocks) => new Set(blocks));
const part = fc
  .tuple(fc.nat(BLOCK * BLOCKS), fc.nat(BLOCK * BLOCKS))
  .map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));

function sourceWith(blocks: ReadonlySet<number>) {
  const bytes = Buffer.from(Array.from({ length: BLOCK * BLOCKS }, (_, i) => i));
  const source = patchedSource(
    memorySource(bytes),
    BLOCK,
    new Map(
      Array.from(blocks, (block) => [
        block,
        (target, within) => {
          for (let i = 0; i < target.length; i += 1) target[i] = 100 + within + i;
        },
      ]),
    ),
  );
  const whole = Buffer.from(bytes);
  for (const block of blocks) {
    for (let i = 0; i < BLOCK; i += 1) whole[block * BLOCK + i] = 100 + i;
  }
  return { source, whole };
}

it('patchedSource() reads its patches in place of their blocks, from any offset', () => {
  fc.assert(
    fc.property(patches, part, (blocks, { start, end }) => {
      const { source, whole } = sourceWith(blocks);
      const target = Buffer.alloc(end - start);
      source.read(target, start);
      expect(target).toEqual(whole.subarray(start, end));
      expect([...(source.overlay?.segments() ?? [])]).toEqual(
        [...blocks]
          .sort((a, b) => a - b)
          .map((block) => ({ offset: block * BLOCK, length: BLOCK })),
      );
    }),
    { seed: 1 },
  );
});

it('rangeSource() shifts what its source reads and holds', () => {
  fc.assert(
    fc.property(patches, part, (blocks, { start, end }) => {
      const { source, whole } = sourceWith(blocks);
      const range = rangeSource(source, start, end - start);
      const target = Buffer.alloc(end - start);
      range.read(target, 0);
      expect(target).toEqual(whole.subarray(start, end));
      for (const { offset, length } of range.overlay?.segments() ?? [])
        target.fill(0, offset, offset + length);
      expect(target.every((byte) => byte < 100)).toBe(true);
      expect(() => range.read(Buffer.alloc(1), end - start)).toThrow('beyond');
    }),
    { seed: 1 },
  );
});
