import { corrupt } from '../block/faults.ts';
import type { BytePath, Entry } from '../tree.ts';
import { namedAmong } from './changed-names.ts';
import { namesIn } from './directory.ts';
import { toEntry } from './entry.ts';
import type { Filesystem } from './filesystem.ts';
import { ROOT_INODE } from './inode.ts';
import { namedInode } from './walk.ts';

/** One path, in the one tree, the other, or both. */
export type Pair =
  | { readonly path: BytePath; readonly before: Entry; readonly after: Entry }
  | { readonly path: BytePath; readonly before: Entry; readonly after?: never }
  | { readonly path: BytePath; readonly before?: never; readonly after: Entry };

/** Says where two filesystems may differ. */
export interface Scope {
  /** Whether an inode's own slot or blocks may differ. */
  isChanged(ino: number): boolean;
  /** Whether a directory's entries or what lies below them may differ. */
  leadsToChange(ino: number): boolean;
  /** Directories that must turn up in the second filesystem: else something was missed. */
  readonly expected: Iterable<number>;
}

/** A name that is to be looked at, with its inode before and after. */
interface Step {
  readonly name: BytePath;
  readonly before?: number;
  readonly after?: number;
}

interface Level {
  readonly prefix: string;
  readonly steps: Iterator<Step>;
}

/**
 * Walks both trees at once, in path order, and enters only what may differ.
 *
 * @param pass Receives directories that are on the way to something only.
 * @returns every path whose entry may differ; below a path that only one tree has, all of them.
 * @throws {TreeError} `IMAGE_CORRUPT`, at the end also where a directory is not where its `..` leads.
 */
export function* changedPairs(
  base: Filesystem,
  next: Filesystem,
  scope: Scope,
  pass: (directory: Entry) => void,
): Generator<Pair> {
  const leads = (ino: number): boolean => scope.isChanged(ino) || scope.leadsToChange(ino);
  const [before, after] = [lister(base), lister(next)];
  const top: Step = { name: '', before: ROOT_INODE, after: ROOT_INODE };
  const levels: Level[] = [{ prefix: '', steps: [top].values() }];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const { value: step, done } = level.steps.next();
    if (done === true) {
      levels.pop();
      continue;
    }
    const path = level.prefix + step.name;
    const now = entryOf(next, path, step.after);
    const prefix = path === '' ? '' : `${path}/`;
    if (isUnchanged(step, scope)) {
      if (now !== undefined) pass(now);
      levels.push({ prefix, steps: unchangedSteps(after.list(now, leads)) });
      continue;
    }
    const old = entryOf(base, path, step.before);
    yield toPair(path, old, now);
    levels.push({ prefix, steps: mergedSteps(before.list(old), after.list(now), leads) });
  }
  checkExpected(next, scope.expected, after.seen);
}

/** Whether a path is only passed on the way to something below it. */
function isUnchanged({ before, after }: Step, scope: Scope): boolean {
  return before === after && after !== undefined && !scope.isChanged(after);
}

function entryOf(filesystem: Filesystem, path: BytePath, ino: number | undefined) {
  if (ino === undefined) return undefined;
  const { volume, table } = filesystem;
  return toEntry(volume, path, namedInode(volume, table, path, ino));
}

function toPair(path: BytePath, before: Entry | undefined, after: Entry | undefined): Pair {
  if (after === undefined) return { path, before: before as Entry };
  return before === undefined ? { path, after } : { path, before, after };
}

/** Inode numbers by name. */
type Names = ReadonlyMap<BytePath, number>;

interface Lister {
  /** What a directory holds; nothing for anything else. Default: all inodes are wanted. */
  list(entry: Entry | undefined, isWanted?: (ino: number) => boolean): Names;
  readonly seen: ReadonlySet<number>;
}

const NO_NAMES: Names = new Map();

/** Lists directories, none of them twice, and not more blocks than there are. */
function lister({ volume, table }: Filesystem): Lister {
  const seen = new Set<number>();
  let read = 0;
  const count = (blocks: number): void => {
    read += blocks;
    if (read > volume.superblock.blocks) throw corrupt(volume.name, 'directories share blocks');
  };
  const list: Lister['list'] = (entry, isWanted = () => true) => {
    if (entry?.type !== 'directory') return NO_NAMES;
    const { ino, path } = entry;
    if (seen.has(ino)) throw corrupt(volume.name, `directory "${path}" has a second name`);
    seen.add(ino);
    return namesIn(volume, table.inode(ino), isWanted, count);
  };
  return { list, seen };
}

/** A directory that no name leads to was lost in a crash: it is no part of the tree. */
function checkExpected(
  next: Filesystem,
  expected: Iterable<number>,
  seen: ReadonlySet<number>,
): void {
  const missed = new Set([...expected].filter((ino) => !seen.has(ino)));
  const named = missed.size === 0 ? undefined : namedAmong(next, missed);
  if (named === undefined) return;
  throw corrupt(next.volume.name, `directory with inode ${named} is not where it says it is`);
}

function unchangedSteps(names: Names): Iterator<Step> {
  return inOrder(Array.from(names, ([name, ino]) => ({ name, before: ino, after: ino })));
}

/** The names that lead to something else, or to what may have changed. */
function mergedSteps(before: Names, after: Names, leads: (ino: number) => boolean): Iterator<Step> {
  const steps: Step[] = [];
  for (const [name, ino] of after) {
    const old = before.get(name);
    if (old === undefined) steps.push({ name, after: ino });
    else if (old !== ino || leads(ino)) steps.push({ name, before: old, after: ino });
  }
  for (const [name, ino] of before) if (!after.has(name)) steps.push({ name, before: ino });
  return inOrder(steps);
}

function inOrder(steps: Step[]): Iterator<Step> {
  return steps.sort((a, b) => (a.name < b.name ? -1 : 1)).values();
}
