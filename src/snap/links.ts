import type { BytePath, Entry } from '../tree/tree.ts';
import type { Change } from './change.ts';
import type { Pair } from './pairs.ts';

/**
 * Hard links seen while two trees are walked.
 *
 * A changed inode changes under all its names, and so do names that were joined or parted: whoever
 * applies the changes then needs no name that they do not hold.
 */
export interface Links {
  note(pair: Pair): void;
  /** Changes that the groups call for beside `changes`. */
  missing(changes: readonly Change[]): readonly Change[];
}

export function links(): Links {
  const old = new Map<BytePath, Entry>();
  const now = new Map<BytePath, Entry>();
  return {
    note({ path, before, after }) {
      if (!isLinked(before) && !isLinked(after)) return;
      if (before !== undefined) old.set(path, before);
      if (after !== undefined) now.set(path, after);
    },
    missing(changes) {
      const changed = new Set(changes.filter(({ kind }) => kind !== 'delete').map(pathOf));
      const oldGroup = byPath(old);
      return groups(now)
        .filter(
          (group) => group.some(({ path }) => changed.has(path)) || regrouped(group, oldGroup),
        )
        .flat()
        .filter(({ path }) => !changed.has(path))
        .map((after) => toChange(old.get(after.path), after));
    },
  };
}

function isLinked(entry: Entry | undefined): boolean {
  return entry !== undefined && entry.nlink > 1 && entry.type !== 'directory';
}

function toChange(before: Entry | undefined, after: Entry): Change {
  return { kind: 'modify', path: after.path, before: before ?? after, after };
}

function groups(entries: ReadonlyMap<BytePath, Entry>): readonly Entry[][] {
  const byInode = new Map<number, Entry[]>();
  for (const entry of entries.values()) {
    const group = byInode.get(entry.ino);
    if (group === undefined) byInode.set(entry.ino, [entry]);
    else group.push(entry);
  }
  return [...byInode.values()];
}

/** For each path, its group as one string; a path can hold no NUL. */
function byPath(entries: ReadonlyMap<BytePath, Entry>): ReadonlyMap<BytePath, string> {
  return new Map(
    groups(entries).flatMap((group) => {
      const key = keyOf(group);
      return group.map(({ path }) => [path, key] as const);
    }),
  );
}

function keyOf(group: readonly Entry[]): string {
  return group.map(pathOf).join('\0');
}

function regrouped(group: readonly Entry[], before: ReadonlyMap<BytePath, string>): boolean {
  const key = keyOf(group);
  return group.some(({ path }) => (before.get(path) ?? path) !== key);
}

function pathOf({ path }: { readonly path: BytePath }): BytePath {
  return path;
}
