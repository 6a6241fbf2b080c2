import { corrupt } from '../block/faults.ts';
import { CORE_SIZE, extraSizeOf, type Inode } from './inode.ts';
import type { Volume } from './volume.ts';

export const XATTR_MAGIC = 0xea020000;
const MAGIC_SIZE = 4;
const ENTRY_HEADER = 16;
/** Index and name of the attribute where inline data goes on. */
const SYSTEM = 7;
const DATA = 'data';

/** Bytes that hold attributes: entries from the front, values from the end. Source: ext4/attributes.rst. */
export interface XattrRegion {
  readonly bytes: Buffer;
  /** First entry. */
  readonly first: number;
  readonly end: number;
  /** What the offsets of values count from. */
  readonly origin: number;
}

export interface XattrRecord {
  /** Stands for the name's prefix. */
  readonly index: number;
  readonly name: string;
  /** The inode that holds the value, or 0. */
  readonly valueInode: number;
  /** Bytes of the value. */
  readonly size: number;
  /** A copy of the value; empty where an inode holds it. */
  readonly value: Uint8Array;
}

/** What follows the fields of an inode in its slot. */
export function slotRegion({ bytes, at, size, ...rest }: Inode): XattrRegion | undefined {
  const header = at + CORE_SIZE + extraSizeOf({ bytes, at, size, ...rest });
  const first = header + MAGIC_SIZE;
  const end = at + size;
  if (size <= CORE_SIZE || first > end) return undefined;
  return bytes.readUInt32LE(header) === XATTR_MAGIC
    ? { bytes, first, end, origin: first }
    : undefined;
}

/** @throws {TreeError} `IMAGE_CORRUPT` */
export function xattrRecords(volume: Volume, inode: Inode, region: XattrRegion): XattrRecord[] {
  const { bytes, first, end } = region;
  const records: XattrRecord[] = [];
  for (let at = first; at + 4 <= end && bytes.readUInt32LE(at) !== 0; ) {
    const nameEnd = at + ENTRY_HEADER + (bytes[at] ?? 0);
    if (nameEnd > end) throw brokenXattrs(volume, inode, 'a name goes beyond its room');
    records.push(readRecord(volume, inode, region, at, nameEnd));
    at += Math.ceil((nameEnd - at) / 4) * 4;
  }
  return records;
}

/** The end of inline data, which is kept as an attribute that programs never see. */
export function inlineTail(volume: Volume, inode: Inode): Uint8Array {
  const region = slotRegion(inode);
  const records = region === undefined ? [] : xattrRecords(volume, inode, region);
  return records.find(isInlineData)?.value ?? new Uint8Array(0);
}

export function isInlineData({ index, name }: XattrRecord): boolean {
  return index === SYSTEM && name === DATA;
}

export function brokenXattrs({ name }: Volume, inode: Inode, what: string): Error {
  return corrupt(name, `inode ${inode.ino}: extended attributes: ${what}`);
}

function readRecord(
  volume: Volume,
  inode: Inode,
  { bytes, end, origin }: XattrRegion,
  at: number,
  nameEnd: number,
): XattrRecord {
  const start = origin + bytes.readUInt16LE(at + 2);
  const valueInode = bytes.readUInt32LE(at + 4);
  const size = bytes.readUInt32LE(at + 8);
  const isHere = valueInode === 0;
  if (isHere && start + size > end) {
    throw brokenXattrs(volume, inode, `a value of ${size} bytes goes beyond its room`);
  }
  return {
    index: bytes[at + 1] ?? 0,
    name: bytes.toString('latin1', at + ENTRY_HEADER, nameEnd),
    valueInode,
    size,
    value: new Uint8Array(isHere ? bytes.subarray(start, start + size) : []),
  };
}
