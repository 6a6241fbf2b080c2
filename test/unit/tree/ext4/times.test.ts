import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crtimeOf, ctimeOf, mtimeOf } from '../../../../src/tree/ext4/times.ts';

const EPOCHS = 4;

function slot(size: number, extraSize: number) {
  const bytes = Buffer.alloc(size);
  if (size > 128) bytes.writeUInt16LE(extraSize, 128);
  return { ino: 12, bytes, at: 0, size };
}

describe('mtimeOf()', () => {
  it('adds up 32 bits of seconds, 2 bits of epoch and 30 bits of nanoseconds', () => {
    const second = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    fc.assert(
      fc.property(second, fc.nat(EPOCHS - 1), fc.nat(999_999_999), (low, epoch, ns) => {
        const inode = slot(256, 32);
        inode.bytes.writeInt32LE(low, 0x10);
        inode.bytes.writeUInt32LE(ns * 4 + epoch, 0x88);
        const seconds = BigInt(low) + BigInt(epoch) * 2n ** 32n;
        expect(mtimeOf(inode)).toBe(seconds * 1_000_000_000n + BigInt(ns));
      }),
      { seed: 1 },
    );
  });

  it('has whole seconds where the slot is short', () => {
    const inode = slot(128, 0);
    inode.bytes.writeInt32LE(-5, 0x10);
    expect(mtimeOf(inode)).toBe(-5_000_000_000n);
  });
});

describe('ctimeOf() and crtimeOf()', () => {
  it('read their own fields, if the slot says it has them', () => {
    const inode = slot(256, 28);
    inode.bytes.writeInt32LE(1, 0x0c);
    inode.bytes.writeUInt32LE(2 << 2, 0x84);
    inode.bytes.writeInt32LE(3, 0x90);
    inode.bytes.writeUInt32LE(4 << 2, 0x94);
    const shorter = slot(256, 4);
    inode.bytes.copy(shorter.bytes, 0, 0, 0x80);
    expect([ctimeOf(inode), crtimeOf(inode)]).toEqual([1_000_000_002n, 3_000_000_004n]);
    expect([ctimeOf(shorter), crtimeOf(shorter)]).toEqual([1_000_000_000n, 0n]);
  });
});
