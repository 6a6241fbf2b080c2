import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16, crc32c, crc32cOfNumber } from '../../../../src/tree/ext4/crc.ts';

/** Bit by bit, as the polynomial says. */
function plainCrc32c(crc: number, bytes: Uint8Array): number {
  let value = crc;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = (value >>> 1) ^ (value & 1 ? 0x82f63b78 : 0);
  }
  return value >>> 0;
}

describe('crc32c()', () => {
  it('gives the value that RFC 3720 gives for its examples', () => {
    const check = (bytes: Uint8Array) => (crc32c(0xffffffff, bytes) ^ 0xffffffff) >>> 0;
    expect([
      check(Buffer.from('123456789')),
      check(Buffer.alloc(32)),
      check(Buffer.alloc(32, 0xff)),
    ]).toEqual([0xe3069283, 0x8a9136aa, 0x62a8ab43]);
  });

  it('equals the bitwise definition at every alignment, zeros or not', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 70 }),
      fc.nat(200).map((length) => new Uint8Array(length)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), fc.nat(7), (pieces, skip) => {
        const bytes = Buffer.concat(pieces);
        const start = Math.min(skip, bytes.length);
        expect(crc32c(5, bytes, start)).toBe(plainCrc32c(5, bytes.subarray(start)));
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('runs on over a number as over its four bytes', () => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(0xdeadbeef);
    expect(crc32cOfNumber(7, 0xdeadbeef)).toBe(crc32c(7, bytes));
  });
});

describe('crc16()', () => {
  it('gives the check value of CRC-16/ARC and CRC-16/MODBUS', () => {
    const bytes = Buffer.from('123456789');
    expect([crc16(0, bytes), crc16(0xffff, bytes)]).toEqual([0xbb3d, 0x4b37]);
  });
});
