import { type Segment, TreeError } from '../tree.ts';
import { boundedCache } from './bounded-cache.ts';
import { type CowHeader, readCowHeader } from './cow-header.ts';
import { corrupt } from './faults.ts';
import type { FileSource } from './file.ts';
import type { BlockSource } from './source.ts';

/** Bytes of the bitmap that are read at once, and how many such pieces are kept. */
const PIECE = 65_536;
const KEPT = 128;

/** Answers which sectors a COW file holds. */
interface Bitmap {
  has(sector: number): boolean;
  /** The first sector from `sector` to `end` that `has` answers otherwise for, or `end`. */
  runEnd(sector: number, end: number): number;
}

/**
 * A UML COW file over its base image. Sectors whose bit is set come from the COW file.
 *
 * @throws {TreeError} `COW_MISMATCH` when the base image is not the one that the COW file was made
 *   of, by size and time, as the kernel would refuse it too.
 */
export function cowSource(file: FileSource, base: FileSource): BlockSource {
  const header = readCowHeader(file);
  checkBase(file.name, header, base);
  const bitmap = readBitmap(file, header);
  const { size, sectorSize, dataOffset } = header;
  return {
    name: file.name,
    identity: file.identity,
    size,
    read: (target, offset) => {
      const end = offset + target.length;
      if (offset < 0 || end > size) throw corrupt(file.name, `${end} is beyond ${size} bytes`);
      for (let at = offset; at < end; ) {
        const sector = Math.floor(at / sectorSize);
        const stop = bitmap.runEnd(sector, Math.ceil(end / sectorSize)) * sectorSize;
        const part = target.subarray(at - offset, Math.min(stop, end) - offset);
        if (bitmap.has(sector)) file.read(part, dataOffset + at);
        else base.read(part, at);
        at += part.length;
      }
    },
    overlay: { base, segments: () => segments(header, bitmap) },
    close: () => {
      file.close();
      base.close();
    },
  };
}

function checkBase(name: string, { size, mtime }: CowHeader, base: FileSource): void {
  const found = base.mtime >>> 0;
  const what =
    base.size !== size
      ? `has ${base.size} bytes, and the COW file was made of one with ${size}`
      : `was changed at ${found}, and the COW file was made of one changed at ${mtime}`;
  if (base.size === size && found === mtime) return;
  throw new TreeError(`Cannot read the image "${name}": its base image "${base.name}" ${what}`, {
    kind: 'conflict',
    code: 'COW_MISMATCH',
    hint:
      base.size === size
        ? `If it is an unchanged copy, give it its time back: touch -d @${mtime} ${base.name}`
        : 'Name the base image that the COW file was made of.',
  });
}

function readBitmap(file: FileSource, { bitmapOffset, bitmapLength }: CowHeader): Bitmap {
  const piece = boundedCache(KEPT, (key) => {
    const bytes = Buffer.alloc(Math.min(PIECE, bitmapLength - key * PIECE));
    file.read(bytes, bitmapOffset + key * PIECE);
    return bytes;
  });
  const byteOf = (sector: number): number => {
    const at = Math.floor(sector / 8);
    return piece(Math.floor(at / PIECE))[at % PIECE] ?? 0;
  };
  const has = (sector: number): boolean => (byteOf(sector) & (1 << (sector % 8))) !== 0;
  /** The first sector, from one whose bit is the first of a byte, that lies in no byte of that value. */
  const skip = (sector: number, end: number, value: number): number => {
    for (let at = sector / 8; at * 8 < end; ) {
      const bytes = piece(Math.floor(at / PIECE));
      const start = at - (at % PIECE);
      for (at %= PIECE; at < bytes.length && bytes[at] === value; ) at += 1;
      if (at < PIECE) return (start + at) * 8;
      at += start;
    }
    return end;
  };
  return {
    has,
    runEnd: (sector, end) => {
      const wanted = has(sector);
      let next = sector + 1;
      while (next < end && has(next) === wanted) {
        const isAligned = next % 8 === 0;
        next = Math.max(next + 1, isAligned ? skip(next, end, wanted ? 0xff : 0) : 0);
      }
      return Math.min(next, end);
    },
  };
}

function* segments({ size, sectorSize }: CowHeader, bitmap: Bitmap): Generator<Segment> {
  const end = Math.ceil(size / sectorSize);
  for (let sector = 0; sector < end; ) {
    const next = bitmap.runEnd(sector, end);
    const offset = sector * sectorSize;
    if (bitmap.has(sector)) yield { offset, length: Math.min(next * sectorSize, size) - offset };
    sector = next;
  }
}
