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

function differs(base: Filesystem, next: Filesystem, ino: number): boolean {
  const [old, now] = [base.table.slot(ino), next.table.slot(ino)];
  const wasLive = base.table.isWritten(ino) && isLive(old);
  const isNowLive = next.table.isWritten(ino) && isLive(now);
  if (wasLive !== isNowLive) return true;
  return isNowLive && !hasEqualSlots(old, now);
}

/**
 * Without the access time, the checksum and the counter of changes that NFS servers use: what else
 * differs comes from a change.
 */
function hasEqualSlots(a: Inode, b: Inode): boolean {
  return COMPARED.every(([start, end]) => {
    const stop = Math.min(end, a.size);
    const [x, y] = [a.at + start, b.at + start];
    return start >= stop || a.bytes.compare(b.bytes, y, b.at + stop, x, a.at + stop) === 0;
  });
}

const COMPARED: readonly (readonly [number, number])[] = [
  [0, 0x08],
  [0x0c, 0x24],
  [0x28, 0x7c],
  [0x7e, CORE_SIZE + 2],
  [0x84, 0x8c],
  [0x90, 0x98],
  [0x9c, Number.POSITIVE_INFINITY],
];
