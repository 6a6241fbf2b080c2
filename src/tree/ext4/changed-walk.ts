import { corrupt } from '../block/faults.ts';
import type { BytePath, Entry } from '../tree.ts';
import { namedAmong } from './changed-names.ts';
import { type DirectoryEntry, listDirectory } from './directory.ts';
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
      levels.push({ prefix, steps: unchangedSteps(after.list(now), scope) });
      continue;
    }
    const old = entryOf(base, path, step.before);
    yield toPair(path, old, now);
    levels.push({ prefix, steps: mergedSteps(before.list(old), after.list(now), scope) });
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

interface Lister {
  /** What a directory holds; nothing for anything else. */
  list(entry: Entry | undefined): readonly DirectoryEntry[];
  readonly seen: ReadonlySet<number>;
}

/** Lists directories, none of them twice, and not more blocks than there are. */
function lister({ volume, table }: Filesystem): Lister {
  const seen = new Set<number>();
  let read = 0;
  const list = (entry: Entry | undefined): readonly DirectoryEntry[] => {
    if (entry?.type !== 'directory') return [];
    const { ino, path } = entry;
    if (seen.has(ino)) throw corrupt(volume.name, `directory "${path}" has a second name`);
    seen.add(ino);
    return listDirectory(volume, table.inode(ino), (count) => {
      read += count;
      if (read > volume.superblock.blocks) throw corrupt(volume.name, 'directories share blocks');
    });
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

function* unchangedSteps(entries: readonly DirectoryEntry[], scope: Scope): Generator<Step> {
  for (const { name, ino } of entries) {
    if (scope.isChanged(ino) || scope.leadsToChange(ino)) yield { name, before: ino, after: ino };
  }
}

function* mergedSteps(
  before: readonly DirectoryEntry[],
  after: readonly DirectoryEntry[],
  scope: Scope,
): Generator<Step> {
  let at = 0;
  for (const { name, ino } of after) {
    for (let old = before[at]; old !== undefined && old.name < name; old = before[at]) {
      yield { name: old.name, before: old.ino };
      at += 1;
    }
    const old = before[at];
    if (old?.name !== name) {
      yield { name, after: ino };
      continue;
    }
    at += 1;
    const isSame = old.ino === ino && !scope.isChanged(ino) && !scope.leadsToChange(ino);
    if (!isSame) yield { name, before: old.ino, after: ino };
  }
  for (const { name, ino } of before.slice(at)) yield { name, before: ino };
}
