import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readAhead } from '../../../../src/tree/block/read-ahead.ts';
import { memorySource } from '../../../kit/memory-source.ts';

const SIZE = 300_000;
const BYTES = Buffer.from(Array.from({ length: SIZE }, (_, i) => (i * 31 + (i >>> 8)) & 255));

it('readAhead() gives the same bytes as its source, in whatever order', () => {
  const piece = fc.tuple(fc.nat(SIZE), fc.constantFrom(1, 1_024, 4_096, 65_536, 70_000));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const read = readAhead(memorySource(BYTES));
      for (const [offset, wanted] of pieces) {
        const target = Buffer.alloc(Math.min(wanted, SIZE - offset));
        read(target, offset);
        expect(target.equals(BYTES.subarray(offset, offset + target.length))).toBe(true);
      }
    }),
    { seed: 1, numRuns: 40 },
  );
});

it('readAhead() reads seldom where pieces lie together, and little where they do not', () => {
  const counted = (offsets: readonly number[]) => {
    const lengths: number[] = [];
    const read = readAhead({
      ...memorySource(BYTES),
      size: 10_000_000,
      read: ({ length }) => lengths.push(length),
    });
    for (const offset of offsets) read(Buffer.alloc(1_000), offset);
    return { reads: lengths.length, bytes: lengths.reduce((sum, length) => sum + length, 0) };
  };
  const together = Array.from({ length: 100 }, (_, i) => i * 1_000);
  const apart = Array.from({ length: 100 }, (_, i) => i * 70_000);
  expect(counted(together)).toEqual({ reads: 2, bytes: 131_072 });
  expect(counted(apart)).toEqual({ reads: 100, bytes: 6 * 65_536 + 94_000 });
});
