import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';

export interface CowOptions {
  readonly version?: number;
  /** Seconds; default: the base image's. */
  readonly mtime?: number;
  /** Bytes; default: the base image's. */
  readonly size?: number;
  /** As some builds wrote it until 2005. */
  readonly isPadded?: boolean;
  readonly alignment?: number;
}

const SECTOR = 512;

/** Writes a UML COW file that makes the base image read as `next` does. */
export function writeCow(
  path: string,
  base: string,
  next: string,
  options: CowOptions = {},
): string {
  const [old, now] = [readFileSync(base), readFileSync(next)];
  const { size = old.length, alignment = 4_096 } = options;
  const header = cowHeader(base, size, alignment, options);
  const bitmap = Buffer.alloc(Math.ceil(size / SECTOR / 8));
  const bitmapOffset = roundUp(header.length, alignment);
  const dataOffset = roundUp(bitmapOffset + bitmap.length, alignment);
  const file = openSync(path, 'w');
  ftruncateSync(file, dataOffset + now.length);
  for (let at = 0; at < now.length; at += SECTOR) {
    const sector = now.subarray(at, at + SECTOR);
    if (sector.equals(old.subarray(at, at + SECTOR))) continue;
    const number = at / SECTOR;
    bitmap[number >>> 3] = (bitmap[number >>> 3] ?? 0) | (1 << (number & 7));
    writeSync(file, sector, 0, sector.length, dataOffset + at);
  }
  writeSync(file, header, 0, header.length, 0);
  writeSync(file, bitmap, 0, bitmap.length, bitmapOffset);
  closeSync(file);
  return path;
}

function cowHeader(base: string, size: number, alignment: number, options: CowOptions): Buffer {
  const { version = 3, isPadded = false } = options;
  const { mtime = Math.floor(statSync(base).mtimeMs / 1_000) } = options;
  const shift = isPadded ? 4 : 0;
  const header = Buffer.alloc(32 + shift + 4_096);
  header.writeUInt32BE(0x4f4f4f4d, 0);
  header.writeUInt32BE(version, 4);
  header.writeUInt32BE(mtime, 8 + shift);
  header.writeBigUInt64BE(BigInt(size), 12 + shift);
  header.writeUInt32BE(SECTOR, 20 + shift);
  header.writeUInt32BE(alignment, 24 + shift);
  header.write(base, 32 + shift);
  return header;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
