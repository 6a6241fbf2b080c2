import { corrupt, unsupported } from './faults.ts';
import type { BlockSource } from './source.ts';

/** What a UML COW file says of itself. Source: arch/um/drivers/cow_user.c of Linux. */
export interface CowHeader {
  /** Absolute path of the base image when the file was made. */
  readonly backing: string;
  /** Of the base image: seconds since 1970, the low 32 bits. */
  readonly mtime: number;
  /** Of the base image, in bytes. */
  readonly size: number;
  /** Bytes that one bit of the bitmap stands for. */
  readonly sectorSize: number;
  readonly bitmapOffset: number;
  /** In bytes. */
  readonly bitmapLength: number;
  /** Where sector 0 would be. */
  readonly dataOffset: number;
}

const MAGIC = 0x4f4f4f4d;
const MAGIC_SWAPPED = 0x4d4f4f4f;
const VERSION = 3;
const PATH_LENGTH = 4_096;
const MOST_ALIGNMENT = 2 ** 20;

/** Offsets of the fields from the one after `version` on. */
const PACKED = { mtime: 8, size: 12, sectorSize: 20, alignment: 24, format: 28, backing: 32 };
/** As some 64-bit builds wrote it until 2005: the time has eight bytes. */
const PADDED = { mtime: 12, size: 16, sectorSize: 24, alignment: 28, format: 32, backing: 36 };

/** Whether the file begins as a UML COW file of any version and byte order does. */
export function isCow(start: Buffer): boolean {
  const magic = start.length >= 4 ? start.readUInt32BE(0) : 0;
  return magic === MAGIC || magic === MAGIC_SWAPPED;
}

/**
 * Reads the header of version 3.
 *
 * @throws {TreeError} `IMAGE_UNSUPPORTED` for other versions, `IMAGE_CORRUPT`
 */
export function readCowHeader(file: BlockSource): CowHeader {
  const bytes = Buffer.alloc(PADDED.backing + PATH_LENGTH);
  file.read(bytes.subarray(0, Math.min(bytes.length, file.size)), 0);
  checkVersion(file.name, bytes);
  const at = bytes.readUInt32BE(PACKED.backing) === 0 ? PADDED : PACKED;
  const sectorSize = bytes.readUInt32BE(at.sectorSize);
  const alignment = bytes.readUInt32BE(at.alignment);
  const size = Number(bytes.readBigUInt64BE(at.size));
  const fault = findFault(sectorSize, alignment, size, bytes.readUInt32BE(at.format));
  if (fault !== undefined) throw corrupt(file.name, `COW header: ${fault}`);
  const end = bytes.indexOf(0, at.backing);
  const bitmapOffset = roundUp(at.backing + PATH_LENGTH, alignment);
  const bitmapLength = Math.ceil(size / sectorSize / 8);
  return {
    backing: bytes.toString('utf8', at.backing, end < 0 ? bytes.length : end),
    mtime: bytes.readUInt32BE(at.mtime),
    size,
    sectorSize,
    bitmapOffset,
    bitmapLength,
    dataOffset: roundUp(bitmapOffset + bitmapLength, alignment),
  };
}

/** Version 1 is in the byte order and layout of the machine that made it, and 2 rounds wrongly. */
function checkVersion(name: string, bytes: Buffer): void {
  const isOrdered = bytes.readUInt32BE(0) === MAGIC;
  const version = isOrdered ? bytes.readUInt32BE(4) : bytes.readUInt32LE(4);
  if (isOrdered && version === VERSION) return;
  const hint = 'Merge it into its base image with `uml_moo`, then use the merged image.';
  const order = isOrdered ? '' : ' in little-endian order';
  throw unsupported(name, `it is a UML COW file of version ${version}${order}, not 3`, hint);
}

function findFault(sector: number, alignment: number, size: number, format: number) {
  if (sector < 512 || sector > 65_536 || sector % 512 !== 0) return `sectors of ${sector} bytes`;
  if (alignment < 1 || alignment > MOST_ALIGNMENT) return `alignment of ${alignment} bytes`;
  if (!Number.isSafeInteger(size) || size < 1) return `a base image of ${size} bytes`;
  return format === 0 ? undefined : `format ${format}, not 0`;
}

function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}
