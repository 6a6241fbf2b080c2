import type { EntryType } from '../tree.ts';

/** One slot of an inode table, left where it was read. Source: ext4/inodes.rst. */
export interface Inode {
  readonly ino: number;
  /** Holds the slot, from `at` on, with `size` bytes. */
  readonly bytes: Buffer;
  readonly at: number;
  readonly size: number;
}

export const ROOT_INODE = 2;

export const INODE_FLAG = {
  index: 0x1000,
  extents: 0x80000,
  eaInode: 0x200000,
  inlineData: 0x10000000,
} as const;

/** Where the sixty bytes of block map, short symlink or inline data begin. */
export const MAP_AT = 0x28;
export const MAP_LENGTH = 60;
/** What every inode has; more follows where the table's slots are longer. */
export const CORE_SIZE = 128;

const TYPES: Readonly<Record<number, EntryType>> = {
  4096: 'fifo',
  8192: 'char',
  16384: 'directory',
  24576: 'block',
  32768: 'file',
  40960: 'symlink',
  49152: 'socket',
};

export function typeOf({ bytes, at }: Inode): EntryType | undefined {
  return TYPES[bytes.readUInt16LE(at) & 0xf000];
}

/** The twelve permission bits. */
export function modeOf({ bytes, at }: Inode): number {
  return bytes.readUInt16LE(at) & 0o7777;
}

export function uidOf({ bytes, at }: Inode): number {
  return bytes.readUInt16LE(at + 2) + bytes.readUInt16LE(at + 0x78) * 2 ** 16;
}

export function gidOf({ bytes, at }: Inode): number {
  return bytes.readUInt16LE(at + 0x18) + bytes.readUInt16LE(at + 0x7a) * 2 ** 16;
}

export function linksOf({ bytes, at }: Inode): number {
  return bytes.readUInt16LE(at + 0x1a);
}

/** The length in bytes; the upper half counts for every type, as in Linux. */
export function lengthOf({ bytes, at }: Inode): number {
  return bytes.readUInt32LE(at + 4) + bytes.readUInt32LE(at + 0x6c) * 2 ** 32;
}

export function flagsOf({ bytes, at }: Inode): number {
  return bytes.readUInt32LE(at + 0x20);
}

export function hasFlag(inode: Inode, flag: number): boolean {
  return (flagsOf(inode) & flag) !== 0;
}

/** The block with extended attributes, or 0. */
export function xattrBlockOf({ bytes, at }: Inode): number {
  return bytes.readUInt32LE(at + 0x68) + bytes.readUInt16LE(at + 0x76) * 2 ** 32;
}

/** Changes with each use of the same inode number. */
export function generationOf({ bytes, at }: Inode): number {
  return bytes.readUInt32LE(at + 0x64);
}

/** On the list of orphans: the next one's number. */
export function nextOrphanOf({ bytes, at }: Inode): number {
  return bytes.readUInt32LE(at + 0x14);
}

/** Bytes that are in use after the first 128; 0 in short slots. */
export function extraSizeOf({ bytes, at, size }: Inode): number {
  return size > CORE_SIZE ? bytes.readUInt16LE(at + CORE_SIZE) : 0;
}

export function isLive(inode: Inode): boolean {
  return inode.bytes.readUInt16LE(inode.at) !== 0 && linksOf(inode) !== 0;
}

/** A device's numbers: 8 and 8 bits in the first map word, or 12 and 20 in the second. */
export function deviceOf({ bytes, at }: Inode): { major: number; minor: number } {
  const old = bytes.readUInt32LE(at + MAP_AT);
  if (old !== 0) return { major: (old >>> 8) & 0xff, minor: old & 0xff };
  const wide = bytes.readUInt32LE(at + MAP_AT + 4);
  return { major: (wide >>> 8) & 0xfff, minor: (wide & 0xff) | ((wide >>> 12) & 0xfff00) };
}
