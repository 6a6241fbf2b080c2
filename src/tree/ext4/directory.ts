import { corrupt } from '../block/faults.ts';
import type { BytePath } from '../tree.ts';
import { type Block, directoryBlocks } from './directory-blocks.ts';
import { hasFlag, INODE_FLAG, type Inode, MAP_AT } from './inode.ts';
import type { Volume } from './volume.ts';

/** One name in a directory. */
export interface DirectoryEntry {
  readonly name: BytePath;
  readonly ino: number;
}

const NAME_AT = 8;
const LEAST_RECORD = 12;
const DOT = 0x2e;
const LARGEST_BLOCK = 65_536;

/**
 * What a directory holds, sorted by the bytes of the names, without `.` and `..`.
 *
 * @param account Called with the number of blocks before they are read.
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function listDirectory(
  volume: Volume,
  inode: Inode,
  account?: (blocks: number) => void,
): DirectoryEntry[] {
  const entries: DirectoryEntry[] = [];
  visitDirectory(
    volume,
    inode,
    (ino, bytes, at, length) => {
      entries.push({ name: bytes.toString('latin1', at, at + length), ino });
    },
    account,
  );
  entries.sort(compareNames);
  for (const [i, { name }] of entries.entries()) {
    const fault = findFault(name, entries[i - 1]?.name);
    if (fault !== undefined) throw broken(volume, inode, fault);
  }
  return entries;
}

/**
 * Inode numbers by name, in the order on disk: only those that are wanted, as a few of many cost little.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function namesIn(
  volume: Volume,
  inode: Inode,
  isWanted: (ino: number) => boolean,
  account: (blocks: number) => void,
): Map<BytePath, number> {
  const found = new Map<BytePath, number>();
  const visit: VisitName = (ino, bytes, at, length) => {
    if (!isWanted(ino)) return;
    const name = bytes.toString('latin1', at, at + length);
    const fault = findFault(name, found.has(name) ? name : undefined);
    if (fault !== undefined) throw broken(volume, inode, fault);
    found.set(name, ino);
  };
  visitDirectory(volume, inode, visit, account);
  return found;
}

/** The inode that `..` of a directory leads to, or undefined when its first block is no start of one. */
export function parentOf(volume: Volume, inode: Inode): number | undefined {
  if (hasFlag(inode, INODE_FLAG.inlineData)) return inode.bytes.readUInt32LE(inode.at + MAP_AT);
  for (const { bytes, start } of directoryBlocks(volume, inode)) {
    const isSecond = bytes.readUInt16LE(start + 4) === LEAST_RECORD;
    const isDotDot =
      bytes[start + LEAST_RECORD + 6] === 2 && bytes[start + LEAST_RECORD + 8] === DOT;
    return isSecond && isDotDot ? bytes.readUInt32LE(start + LEAST_RECORD) : undefined;
  }
  return undefined;
}

/** Called with each name but `.` and `..`, in the order on disk; the bytes are valid in the call only. */
export type VisitName = (ino: number, bytes: Buffer, at: number, length: number) => void;

/** Goes through all blocks one after the other: an index only says where to look first. */
export function visitDirectory(
  volume: Volume,
  inode: Inode,
  visit: VisitName,
  account?: (blocks: number) => void,
): void {
  for (const block of directoryBlocks(volume, inode, account)) {
    visitBlock(volume, inode, block, visit);
  }
}

function visitBlock(
  volume: Volume,
  inode: Inode,
  { bytes, start, end }: Block,
  visit: VisitName,
): void {
  const { inodes, blockSize } = volume.superblock;
  for (let at = start; at < end; ) {
    const record = at + NAME_AT > end ? 0 : recordLength(bytes.readUInt16LE(at + 4), blockSize);
    if (record < LEAST_RECORD || at + record > end) {
      throw broken(volume, inode, `a record of ${record} bytes, with ${end - at} left`);
    }
    const ino = bytes.readUInt32LE(at);
    const length = bytes[at + 6] as number;
    if (record % 4 !== 0 || length + NAME_AT > record || ino > inodes) {
      throw broken(volume, inode, `a record of ${record} bytes for a name of ${length}`);
    }
    if (ino !== 0 && !isDots(bytes, at + NAME_AT, length)) visit(ino, bytes, at + NAME_AT, length);
    at += record;
  }
}

/** In blocks of 64 KiB the two lowest bits stand for higher ones. Source: `ext4_rec_len_from_disk`. */
function recordLength(stored: number, blockSize: number): number {
  if (blockSize < LARGEST_BLOCK) return stored;
  if (stored === 0 || stored === 0xffff) return LARGEST_BLOCK;
  return (stored & 0xfffc) | ((stored & 3) << 16);
}

function isDots(bytes: Buffer, at: number, length: number): boolean {
  return bytes[at] === DOT && (length === 1 || (length === 2 && bytes[at + 1] === DOT));
}

function compareNames(a: DirectoryEntry, b: DirectoryEntry): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function findFault(name: string, before: string | undefined): string | undefined {
  if (name === '') return 'an empty name';
  if (name === before) return `the name ${JSON.stringify(name)} is there twice`;
  const isBad = name.includes('/') || name.includes('\0');
  return isBad ? `a name with "/" or a zero byte: ${JSON.stringify(name)}` : undefined;
}

function broken({ name }: Volume, inode: Inode, what: string): Error {
  return corrupt(name, `directory with inode ${inode.ino}: ${what}`);
}
