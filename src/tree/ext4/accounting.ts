import { isInUse } from './block-bitmap.ts';
import { type BlockNumbers, hasBlockIn } from './changed-blocks.ts';
import type { Filesystem } from './filesystem.ts';
import { hasFlag, INODE_FLAG, type Inode, isLive, linksOf, xattrBlockOf } from './inode.ts';
import { writtenInodes } from './inode-table.ts';
import { orphanInodes } from './orphans.ts';
import { type BlockRun, inodeRuns, metadataRuns, ownInodes } from './ownership.ts';

/** In a block of attributes: how many inodes share it, and the checksum, which covers that. */
const XATTR_COUNT = [
  { start: 0x04, end: 0x08 },
  { start: 0x10, end: 0x14 },
];

/** Who the changed blocks belong to, as far as the changed inodes do not tell. */
export interface Account {
  /** Inodes that did not change themselves, but have a changed block. */
  readonly owners: Set<number>;
  /** Blocks in use that nothing known accounts for. */
  readonly unexplained: readonly number[];
}

/**
 * Accounts for every changed block: it belongs to the filesystem itself, to a changed inode or to an
 * orphan, is free, or reads as before. Where that leaves some over, all inodes are searched for their
 * owners: a crash can leave new contents in a file whose inode was not yet written.
 *
 * @param blocks Those that hold no inodes.
 */
export function account(
  base: Filesystem,
  next: Filesystem,
  blocks: BlockNumbers,
  changed: ReadonlySet<number>,
): Account {
  const inUse = isInUse(next.volume);
  const shared = xattrBlocks([base, next], changed);
  const strange = without(blocks, [...metadataRuns(next), ...ownedRuns(next, changed)]).filter(
    (block) => inUse(block) && !readsAsBefore(base, next, block, shared.has(block)),
  );
  if (strange.length === 0) return { owners: new Set(), unexplained: [] };
  const { owners, runs } = findOwners(base, next, strange);
  return { owners, unexplained: [...without(strange, runs)] };
}

/** What changed inodes and orphans hold. */
function* ownedRuns(next: Filesystem, changed: Iterable<number>): Generator<BlockRun> {
  const { volume, table } = next;
  for (const ino of changed) {
    const inode = table.slot(ino);
    if (table.isWritten(ino) && isLive(inode)) yield* inodeRuns(volume, inode);
  }
  for (const ino of orphanInodes(next)) {
    const inode = table.slot(ino);
    if (linksOf(inode) === 0) yield* inodeRuns(volume, inode);
  }
}

/** The blocks that lie in none of the runs. */
function without(blocks: BlockNumbers, runs: BlockRun[]): BlockNumbers {
  runs.sort((a, b) => a.first - b.first);
  let next = 0;
  let end = 0;
  return blocks.filter((block) => {
    for (let run = runs[next]; run !== undefined && run.first <= block; run = runs[next]) {
      end = Math.max(end, run.end);
      next += 1;
    }
    return block >= end;
  });
}

/** Blocks that changed inodes had, or have, their attributes in: others may share them. */
function xattrBlocks(filesystems: readonly Filesystem[], changed: Iterable<number>): Set<number> {
  const found = new Set<number>();
  for (const ino of changed) {
    for (const { table } of filesystems) found.add(xattrBlockOf(table.slot(ino)));
  }
  return found;
}

/** @param isShared Whether it holds attributes, and how many inodes have them does not matter. */
function readsAsBefore(
  base: Filesystem,
  next: Filesystem,
  block: number,
  isShared: boolean,
): boolean {
  const [old, now] = [base.volume.block(block), next.volume.block(block)];
  if (isShared) for (const { start, end } of XATTR_COUNT) old.copy(now, start, start, end);
  return old.equals(now);
}

function findOwners(base: Filesystem, next: Filesystem, blocks: BlockNumbers) {
  const owners = new Set<number>();
  const runs: BlockRun[] = [];
  for (const inode of ordinaryInodes(next)) {
    for (const run of inodeRuns(next.volume, inode)) {
      if (!hasBlockIn(blocks, run.first, run.end)) continue;
      runs.push(run);
      const isShared = run.first === xattrBlockOf(inode);
      if (!isShared || !readsAsBefore(base, next, run.first, true)) owners.add(inode.ino);
    }
  }
  return { owners, runs };
}

function* ordinaryInodes({ volume, table }: Filesystem): Generator<Inode> {
  const own = ownInodes(volume.superblock);
  for (const ino of writtenInodes(volume)) {
    const inode = table.slot(ino);
    if (isLive(inode) && !own.has(ino) && !hasFlag(inode, INODE_FLAG.eaInode)) yield inode;
  }
}
