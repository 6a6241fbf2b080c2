import { blockMap } from './block-map.ts';
import { COMPAT, INCOMPAT } from './features.ts';
import type { Filesystem } from './filesystem.ts';
import { descriptorBlock, hasBackup } from './groups.ts';
import {
  hasFlag,
  INODE_FLAG,
  type Inode,
  MAP_AT,
  ROOT_INODE,
  typeOf,
  xattrBlockOf,
} from './inode.ts';
import type { Superblock } from './superblock.ts';
import { isShortSymlink } from './symlink.ts';
import type { Volume } from './volume.ts';

/** Blocks `[first, end)`. */
export interface BlockRun {
  readonly first: number;
  readonly end: number;
}

/** Blocks that belong to the filesystem itself: no file's contents can lie there. */
export function* metadataRuns({ volume, table }: Filesystem): Generator<BlockRun> {
  const { superblock, groups } = volume;
  yield { first: 0, end: superblock.firstBlock + 1 };
  if (superblock.mmpBlock !== 0) yield one(superblock.mmpBlock);
  for (let i = 0; i < groups.descriptorBlocks; i += 1) yield one(descriptorBlock(superblock, i));
  for (let group = 0; group < superblock.groups; group += 1) {
    yield one(groups.blockBitmaps[group] ?? 0);
    yield one(groups.inodeBitmaps[group] ?? 0);
    yield* backupRuns(volume, group);
  }
  for (const ino of ownInodes(superblock)) {
    if (ino === RESIZE_INODE) yield* resizeRuns(volume, table.slot(ino));
    else yield* inodeRuns(volume, table.slot(ino));
  }
}

/** Keeps blocks for more descriptors, which {@link backupRuns} gives: only its map is in none of them. */
function resizeRuns({ superblock }: Volume, inode: Inode): BlockRun[] {
  const map = inode.bytes.readUInt32LE(inode.at + MAP_AT + 4 * DOUBLY_INDIRECT);
  return (superblock.compat & COMPAT.resizeInode) === 0 || map === 0 ? [] : [one(map)];
}

const RESIZE_INODE = 7;
/** Which word of a block map leads to blocks of pointers to blocks of pointers. */
const DOUBLY_INDIRECT = 13;

/** Inodes that no path leads to: of the journal, of quotas, of orphans and the like. */
export function ownInodes(superblock: Superblock): Set<number> {
  const { firstInode, projectQuotaInode, orphanFileInode } = superblock;
  const reserved = Array.from({ length: firstInode - 1 }, (_, i) => i + 1);
  const all = [...reserved, projectQuotaInode, orphanFileInode];
  return new Set(all.filter((ino) => ino !== 0 && ino !== ROOT_INODE && ino <= superblock.inodes));
}

/** The blocks of one inode's contents, of their map, and of its attributes. */
export function* inodeRuns(volume: Volume, inode: Inode): Generator<BlockRun> {
  const { clusterBlocks, firstBlock } = volume.superblock;
  const xattrBlock = xattrBlockOf(inode);
  if (xattrBlock !== 0) yield one(xattrBlock);
  if (!hasBlockMap(inode)) return;
  const { extents, ownBlocks } = blockMap(volume, inode);
  for (const block of ownBlocks) yield one(block);
  for (const { physical, length } of extents) {
    const head = (physical - firstBlock) % clusterBlocks;
    const first = physical - head;
    yield { first, end: first + Math.ceil((head + length) / clusterBlocks) * clusterBlocks };
  }
}

export function hasBlockMap(inode: Inode): boolean {
  const type = typeOf(inode);
  if (hasFlag(inode, INODE_FLAG.inlineData)) return false;
  return type === 'file' || type === 'directory' || (type === 'symlink' && !isShortSymlink(inode));
}

/** Copies of the superblock and the descriptors at the start of some groups. */
function* backupRuns({ superblock, groups }: Volume, group: number): Generator<BlockRun> {
  const { firstBlock, blocksPerGroup, reservedDescriptorBlocks, compat, incompat } = superblock;
  const start = firstBlock + group * blocksPerGroup;
  const isHere = hasBackup(superblock, group);
  const hasMetaGroups = (incompat & INCOMPAT.metaBg) !== 0;
  const common = hasMetaGroups
    ? Math.min(superblock.firstMetaGroup, groups.descriptorBlocks)
    : groups.descriptorBlocks;
  const reserved = (compat & COMPAT.resizeInode) !== 0 ? reservedDescriptorBlocks : 0;
  if (isHere) yield { first: start, end: start + 1 + common + reserved };
  if (hasMetaGroups && isMetaGroupCopy(superblock, group)) yield one(start + (isHere ? 1 : 0));
}

/** The second and the last group of a meta group have copies of its descriptors. */
function isMetaGroupCopy(superblock: Superblock, group: number): boolean {
  const { blockSize, descriptorSize, firstMetaGroup } = superblock;
  const size = blockSize / descriptorSize;
  const within = group % size;
  return Math.floor(group / size) >= firstMetaGroup && (within === 1 || within === size - 1);
}

function one(block: number): BlockRun {
  return { first: block, end: block + 1 };
}
