import { NO_PACE, type Pace } from '../base/pace.ts';
import type { ManifestTree } from '../tree/manifest.ts';
import { sameAttributes } from '../tree/same.ts';
import type { Entry, Tree } from '../tree/tree.ts';
import { without } from './base.ts';
import type { Difference } from './change.ts';
import { type IsSame, sameContents, sameInode, sameSeal } from './compare.ts';
import { diff } from './diff.ts';
import type { Exclusion } from './exclude.ts';
import { pairs } from './pairs.ts';

export interface FindOptions {
  readonly skip?: Exclusion;
  readonly warn?: (text: string) => void;
  readonly pace?: Pace;
}

/** What became of the tree that a manifest recorded. */
export async function changesSince(
  base: ManifestTree,
  now: Tree,
  { skip, warn = () => undefined, pace = NO_PACE }: FindOptions = {},
): Promise<Difference> {
  const copied = await isCopy(base, now, skip, pace);
  if (copied) warn(COPIED);
  pace.begin({ doing: 'comparing', base: base.count });
  const asks = (a: Entry, b: Entry): boolean => base.seals.has(a.path) && sameAttributes(a, b);
  return diff(base, now, copied ? asCopy(base, now) : inPlace(base, now), { skip, pace, asks });
}

/** What differs between two trees that both hold contents: nothing is taken on trust. */
export async function changesBetween(
  before: Tree,
  after: Tree,
  { skip, pace = NO_PACE }: FindOptions = {},
): Promise<Difference> {
  pace.begin({ doing: 'comparing' });
  return diff(before, after, sameContents(before, after), { skip, pace, asks: sameAttributes });
}

function inPlace({ seals }: ManifestTree, now: Tree): IsSame {
  const sealed = sameSeal(seals, now, true);
  return (a, b) => sameInode(a, b) && sealed(a, b);
}

/** In a copy, only what was sealed can be told for sure; the rest goes by attributes. */
function asCopy({ seals }: ManifestTree, now: Tree): IsSame {
  return sameSeal(seals, now, true);
}

const COPIED =
  'this is a copy of the tree that the base was recorded from: files of equal size and mtime are taken for unchanged';

/** So many entries, all of them with other inodes or ctimes, are no coincidence. */
const ENOUGH = 64;

/**
 * Whether the tree was copied since, so that inode numbers and ctimes tell nothing: not one of them is
 * as recorded, and the root was born another time, or (where that is not kept) there are many.
 */
async function isCopy(
  base: ManifestTree,
  now: Tree,
  skip: Exclusion | undefined,
  pace: Pace,
): Promise<boolean> {
  const known = base.identity !== undefined && now.identity !== undefined;
  if (known && base.identity === now.identity) return false;
  pace.begin({ doing: 'looking at inode numbers', base: base.count });
  let common = 0;
  for (const { before, after } of pairs(without(base.entries(), skip), now.entries())) {
    if (pace.step(1)) await pace.rest();
    if (before === undefined || after === undefined) continue;
    if (sameOrigin(before, after)) return false;
    common += 1;
  }
  return known ? common > 0 : common >= ENOUGH;
}

function sameOrigin(before: Entry, after: Entry): boolean {
  return before.ino === after.ino && before.ctime === after.ctime;
}
