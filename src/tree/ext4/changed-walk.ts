import { corrupt } from '../block/faults.ts';
import type { BytePath, Entry } from '../tree.ts';
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
 * @returns every path whose entry may differ; below a path that only one tree has, all of them.
 */
export function* changedPairs(base: Filesystem, next: Filesystem, scope: Scope): Generator<Pair> {
  const [listBefore, listAfter] = [lister(base), lister(next)];
  const levels: Level[] = [
    { prefix: '', steps: [{ name: '', before: ROOT_INODE, after: ROOT_INODE }].values() },
  ];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const step = level.steps.next();
    if (step.done === true) {
      levels.pop();
      continue;
    }
    const { name, before, after } = step.value;
    const path = level.prefix + name;
    const isSame = before === after && before !== undefined && !scope.isChanged(before);
    const old = entryOf(base, path, before);
    const now = entryOf(next, path, after);
    if (!isSame) yield toPair(path, old, now);
    const prefix = path === '' ? '' : `${path}/`;
    const steps = isSame
      ? unchangedSteps(listAfter(now), scope)
      : merged(listBefore(old), listAfter(now), scope);
    levels.push({ prefix, steps });
  }
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

type List = (entry: Entry | undefined) => readonly DirectoryEntry[];

/** Lists directories, none of them twice, and not more blocks than there are. */
function lister({ volume, table }: Filesystem): List {
  const seen = new Set<number>();
  let read = 0;
  return (entry) => {
    if (entry?.type !== 'directory') return [];
    const { ino, path } = entry;
    if (seen.has(ino)) throw corrupt(volume.name, `directory "${path}" has a second name`);
    seen.add(ino);
    return listDirectory(volume, table.inode(ino), (count) => {
      read += count;
      if (read > volume.superblock.blocks) throw corrupt(volume.name, 'directories share blocks');
    });
  };
}

function* unchangedSteps(entries: readonly DirectoryEntry[], scope: Scope): Generator<Step> {
  for (const { name, ino } of entries) {
    if (scope.isChanged(ino) || scope.leadsToChange(ino)) yield { name, before: ino, after: ino };
  }
}

function* merged(
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
