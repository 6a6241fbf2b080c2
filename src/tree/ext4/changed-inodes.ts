import type { BlockNumbers } from './changed-blocks.ts';
import type { Filesystem } from './filesystem.ts';
import { CORE_SIZE, type Inode, isLive } from './inode.ts';

/** What the changed blocks that hold inodes tell. */
export interface ChangedInodes {
  /** Inodes in use before or after whose slots differ in more than what reading a file changes. */
  readonly inodes: Set<number>;
  /** The changed blocks that hold no inodes. */
  readonly rest: BlockNumbers;
}

/**
 * Compares the inodes in changed blocks of the inode tables, slot by slot.
 *
 * @param base Of the same shape as `next`.
 */
export function changedInodes(
  base: Filesystem,
  next: Filesystem,
  blocks: BlockNumbers,
): ChangedInodes {
  const { inodeSize, blockSize, inodes: most } = next.volume.superblock;
  const inodes = new Set<number>();
  const rest: number[] = [];
  const firstInode = inodeLocator(next);
  for (const block of blocks) {
    const first = firstInode(block);
    if (first === undefined) {
      rest.push(block);
      continue;
    }
    const end = Math.min(first + blockSize / inodeSize, most + 1);
    for (let ino = first; ino < end; ino += 1) if (differs(base, next, ino)) inodes.add(ino);
  }
  return { inodes, rest: Float64Array.from(rest) };
}

/** Answers which inode a block begins with, for blocks asked in ascending order. */
function inodeLocator({ volume }: Filesystem): (block: number) => number | undefined {
  const { inodesPerGroup, inodeSize, blockSize } = volume.superblock;
  const length = Math.ceil((inodesPerGroup * inodeSize) / blockSize);
  const tables = Array.from(volume.groups.inodeTables, (start, group) => ({ start, group }));
  tables.sort((a, b) => a.start - b.start);
  let at = 0;
  return (block) => {
    for (let table = tables[at]; table !== undefined; table = tables[at]) {
      if (block < table.start) return undefined;
      if (block < table.start + length) {
        return table.group * inodesPerGroup + (block - table.start) * (blockSize / inodeSize) + 1;
      }
      at += 1;
    }
    return undefined;
  };
}

/** Whether an inode that is in use before or after is another one now, or was changed. */
function differs(base: Filesystem, next: Filesystem, ino: number): boolean {
  const [old, now] = [base.table.slot(ino), next.table.slot(ino)];
  const [wasWritten, isWritten] = [base.table.isWritten(ino), next.table.isWritten(ino)];
  if (wasWritten === isWritten && hasEqualSlots(old, now)) return false;
  const wasLive = wasWritten && isLive(old);
  const isNowLive = isWritten && isLive(now);
  return wasLive || isNowLive;
}

const oldWords = wordReader();
const newWords = wordReader();

/**
 * Without the access time, the checksum and the counter of changes that NFS servers use: what else
 * differs comes from a change. A guest that read everything has changed all access times, so it is done
 * word by word: a call for each stretch takes ten times as long.
 */
function hasEqualSlots(a: Inode, b: Inode): boolean {
  const [x, y] = [oldWords(a), newWords(b)];
  const [xAt, yAt, count] = [a.at >>> 2, b.at >>> 2, a.size >>> 2];
  for (let i = 0; i < count; i += 1) {
    const mask = i < MASK.length ? (MASK[i] as number) : -1;
    if ((((x[xAt + i] as number) ^ (y[yAt + i] as number)) & mask) !== 0) return false;
  }
  return true;
}

/** The words of the piece of an inode table that a slot lies in; the last view is kept. */
function wordReader(): (inode: Inode) => Int32Array {
  let last: Buffer | undefined;
  let words: Int32Array = new Int32Array(0);
  return ({ bytes }) => {
    if (bytes !== last) {
      last = bytes;
      words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >>> 2);
    }
    return words;
  };
}

const COMPARED: readonly (readonly [number, number])[] = [
  [0, 0x08],
  [0x0c, 0x24],
  [0x28, 0x7c],
  [0x7e, CORE_SIZE + 2],
  [0x84, 0x8c],
  [0x90, 0x98],
];

/** Which bits of the first words are compared; of those that follow, all. */
const MASK = maskOf(COMPARED, 0x9c);

function maskOf(parts: readonly (readonly [number, number])[], length: number): Int32Array {
  const mask = new Uint8Array(length);
  for (const [start, end] of parts) mask.fill(0xff, start, end);
  return new Int32Array(mask.buffer);
}
