/**
 * Finds what a guest changed, from the blocks that its COW file holds: the cost grows with what
 * changed, not with the size of the image.
 *
 * @module
 */

import type { Bytes } from '../../base/units.ts';
import type { BytePath, Entry, Segment } from '../tree.ts';
import { account } from './accounting.ts';
import { type BlockNumbers, changedSegments, toBlocks } from './changed-blocks.ts';
import { changedInodes } from './changed-inodes.ts';
import { directoriesOf, leadingDirectories } from './changed-names.ts';
import { changedOutside } from './changed-outside.ts';
import { changedPairs, type Pair, type Scope } from './changed-walk.ts';
import { comparedBlocks } from './compared-blocks.ts';
import type { Filesystem } from './filesystem.ts';
import type { ImageTree } from './image.ts';
import type { NamesIndex } from './names-index.ts';
import { sameEntry } from './same.ts';
import type { Superblock } from './superblock.ts';

export interface OfflineChanges {
  /**
   * What differs in type, mode, owner, size, mtime, target, device, extended attributes or contents,
   * in path order. A removed directory is one change: what was below it goes without saying.
   */
  readonly changes: Iterable<Pair>;
  /**
   * Every path that may differ, in path order, what lay below a removed directory included: all that
   * a comparison of hard links needs.
   */
  readonly pairs: Iterable<Pair>;
  /** Changed blocks that are in use, but belong to no file, directory or structure: none, if all is well. */
  readonly unexplained: readonly number[];
  /** Changed bytes of the image that lie outside of the filesystem. */
  readonly outside: readonly Segment[];
  /** Directories of the later state that {@link pairs} only passed, as far as it has come. */
  readonly passed: ReadonlyMap<BytePath, Entry>;
}

/**
 * Finds the changes from one state of an image to another: an image and the same seen through a COW
 * file or qcow2 overlay, or two copies of a raw image, which are then read and compared block by block.
 *
 * Gives exactly what a comparison of all paths and contents would give. Two filesystems that were not
 * made by one mke2fs are compared in that way.
 *
 * @param index Of the names in `base`, which saves a search for them.
 * @throws {TreeError} `IMAGE_CORRUPT`, `IMAGE_UNSUPPORTED`, `TREE_UNREADABLE`
 */
export function offlineChanges(
  base: ImageTree,
  next: ImageTree,
  index?: NamesIndex,
): OfflineChanges {
  const steps = findingChanges(base, next, index);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link offlineChanges}, yielding how many bytes were read where all of two images must be. */
export function* findingChanges(
  base: ImageTree,
  next: ImageTree,
  index?: NamesIndex,
): Generator<Bytes, OfflineChanges> {
  const [old, now] = [base.filesystem, next.filesystem];
  if (!hasEqualShape(old, now)) {
    return toChanges(old, now, EVERYWHERE, { unexplained: [], outside: [] });
  }
  const segments = changedSegments(old.volume.source, now.volume.source);
  const { blockSize, blocks: most } = now.volume.superblock;
  const blocks =
    segments === undefined
      ? yield* comparedBlocks(old.volume, now.volume)
      : toBlocks(segments, blockSize, most);
  const { inodes, rest } = changedInodes(old, now, blocks);
  const { owners, unexplained } = account(old, now, rest, inodes);
  const scope = scopeOf(now, new Set([...inodes, ...owners]), index);
  return toChanges(old, now, scope, { unexplained, outside: changedOutside(old, now) }, blocks);
}

/** Whether inodes and blocks of equal numbers mean the same thing in both. */
function hasEqualShape({ volume: a }: Filesystem, { volume: b }: Filesystem): boolean {
  const isEqual = (key: keyof Superblock): boolean => a.superblock[key] === b.superblock[key];
  const isFirmlyEqual = SHAPE.every(isEqual);
  return (
    isFirmlyEqual && a.groups.inodeTables.every((start, i) => start === b.groups.inodeTables[i])
  );
}

const SHAPE = [
  'uuid',
  'blockSize',
  'blocks',
  'inodes',
  'firstBlock',
  'blocksPerGroup',
  'clusterBlocks',
  'inodesPerGroup',
  'inodeSize',
] as const;

const EVERYWHERE: Scope = {
  isChanged: () => true,
  leadsToChange: () => true,
  expected: [],
};

function scopeOf(next: Filesystem, changed: ReadonlySet<number>, index?: NamesIndex): Scope {
  const leading = leadingDirectories(next, changed, index);
  return {
    isChanged: (ino) => changed.has(ino),
    leadsToChange: (ino) => leading.has(ino),
    expected: [...leading, ...directoriesOf(next, changed)],
  };
}

function toChanges(
  base: Filesystem,
  next: Filesystem,
  scope: Scope,
  found: Pick<OfflineChanges, 'unexplained' | 'outside'>,
  blocks?: BlockNumbers,
): OfflineChanges {
  const isSame = sameEntry(base, next, blocks);
  const passed = new Map<BytePath, Entry>();
  const pass = (entry: Entry): void => void passed.set(entry.path, entry);
  const pairs = { [Symbol.iterator]: () => changedPairs(base, next, scope, pass) };
  return {
    ...found,
    pairs,
    passed,
    changes: { [Symbol.iterator]: () => changesAmong(pairs, isSame) },
  };
}

function* changesAmong(
  pairs: Iterable<Pair>,
  isSame: (before: Entry, after: Entry) => boolean,
): Generator<Pair> {
  let removed: BytePath = NOTHING;
  for (const pair of pairs) {
    const { path, before, after } = pair;
    if (after === undefined && path.startsWith(removed)) continue;
    if (before?.type === 'directory' && after?.type !== 'directory') removed = `${path}/`;
    if (before === undefined || after === undefined || !isSame(before, after)) yield pair;
  }
}

/** No path starts with it. */
const NOTHING: BytePath = '/';
