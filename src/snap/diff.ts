import { NO_PACE, type Pace } from '../base/pace.ts';
import { type BytePath, comparePaths, type Entry, type Tree } from '../tree/tree.ts';
import { without } from './base.ts';
import type { Change, Difference } from './change.ts';
import type { IsSame } from './compare.ts';
import type { Exclusion } from './exclude.ts';
import { fetched } from './fetched.ts';
import { holders } from './holders.ts';
import { links } from './links.ts';
import { type Pair, pairs } from './pairs.ts';

/**
 * Finds what became of a tree. The exact rules are `docs/formats/changes.md`.
 *
 * @param isSame Asked for entries of one path and one type.
 * @throws what {@link AmongOptions.pace} does.
 */
export async function diff(
  before: Tree,
  after: Tree,
  isSame: IsSame,
  { asks, ...options }: DiffOptions = {},
): Promise<Difference> {
  const walk = pairs(before.entries(), after.entries());
  const candidates = asks === undefined ? walk : fetched(walk, before, after, asks);
  return differenceAmong(candidates, isSame, options);
}

export interface DiffOptions extends Omit<AmongOptions, 'lookup'> {
  /** Whether the comparison looks at more of two entries than their attributes. */
  readonly asks?: (before: Entry, after: Entry) => boolean;
}

export interface AmongOptions {
  /** Left out of both trees, with all below it. */
  readonly skip?: Exclusion | undefined;
  /** Steps at each path. */
  readonly pace?: Pace | undefined;
  /** Finds entries of the later tree that are not among the pairs. */
  readonly lookup?: (path: BytePath) => Entry | undefined;
}

/**
 * The same where it is known which paths may differ.
 *
 * @param candidates In the order of paths: all of which one of the trees may hold something else, what
 * lay below removed directories included.
 */
export async function differenceAmong(
  candidates: Iterable<Pair>,
  isSame: IsSame,
  { skip, lookup, pace = NO_PACE }: AmongOptions = {},
): Promise<Difference> {
  const found: Change[] = [];
  const linked = links();
  const holding = holders();
  for (const pair of visible(without(candidates, skip), linked.note)) {
    const changes = changesOf(pair, isSame);
    holding.note(pair, changes.length > 0);
    found.push(...changes);
    if (pace.step(1)) await pace.rest();
  }
  const more = linked.missing(found);
  const changes = more.length === 0 ? found : [...found, ...more].sort(order);
  return { changes, holders: holding.of(changes, lookup) };
}

/** Pairs less what a mount hides, and less what a removed directory implies. */
function* visible(walk: Iterable<Pair>, note: (pair: Pair) => void): Generator<Pair> {
  let hidden = NOTHING;
  let removed = NOTHING;
  for (const pair of walk) {
    const { path, before, after } = pair;
    note(pair);
    if (path.startsWith(hidden) || (after === undefined && path.startsWith(removed))) continue;
    if (isCovered(pair)) {
      hidden = `${path}/`;
      continue;
    }
    if (before?.type === 'directory' && after?.type !== 'directory') removed = `${path}/`;
    yield pair;
  }
}

/** No path starts with it. */
const NOTHING: BytePath = '/';

function isCovered({ before, after }: Pair): boolean {
  return before !== undefined && after?.mounted === true;
}

function changesOf({ path, before, after }: Pair, isSame: IsSame): readonly Change[] {
  if (before === undefined) return [{ kind: 'add', path, after }];
  if (after === undefined) return [{ kind: 'delete', path, before }];
  if (before.type !== after.type) {
    return [
      { kind: 'delete', path, before },
      { kind: 'add', path, after },
    ];
  }
  return isUnchanged(before, after, isSame) ? [] : [{ kind: 'modify', path, before, after }];
}

/** What lay under a mount when the base was recorded was not seen, so it counts as changed. */
function isUnchanged(before: Entry, after: Entry, isSame: IsSame): boolean {
  return before.mounted === undefined && isSame(before, after);
}

const KIND_ORDER = { delete: 0, modify: 1, add: 1 } as const;

function order(a: Change, b: Change): number {
  return comparePaths(a.path, b.path) || KIND_ORDER[a.kind] - KIND_ORDER[b.kind];
}
