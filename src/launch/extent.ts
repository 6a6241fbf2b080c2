/** How much of a COW file there is, and has to be. */

import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Bytes } from '../base/units.ts';
import type { CowHeader } from '../tree/block/cow-header.ts';

export interface CowExtent {
  readonly size: Bytes;
  /** Where the last byte is that a guest wrote. */
  readonly needed: Bytes;
  /** What the file takes on its disk. */
  readonly allocated: Bytes;
  /** What guests wrote. */
  readonly written: Bytes;
}

const PIECE: Bytes = 2 ** 20;

/** Reads the whole bitmap: 32 MiB for a base image of 128 GiB. */
export function cowExtent(path: string, header: CowHeader): CowExtent {
  const { bitmapOffset, bitmapLength, dataOffset, sectorSize } = header;
  const file = openSync(path, 'r');
  try {
    const { size, blocks } = fstatSync(file);
    let last = -1;
    let count = 0;
    for (let at = 0; at < bitmapLength; at += PIECE) {
      const bytes = Buffer.alloc(Math.min(PIECE, bitmapLength - at));
      readSync(file, bytes, 0, bytes.length, bitmapOffset + at);
      for (let i = 0; i < bytes.length; i += 1) {
        const byte = bytes[i] ?? 0;
        if (byte === 0) continue;
        last = (at + i) * 8 + (31 - Math.clz32(byte));
        count += bitCount(byte);
      }
    }
    const end = Math.min((last + 1) * sectorSize, header.size);
    const needed = last < 0 ? bitmapOffset + bitmapLength : dataOffset + end;
    return { size, needed, allocated: blocks * 512, written: count * sectorSize };
  } finally {
    closeSync(file);
  }
}

function bitCount(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}
