import { NO_PACE, type Pace } from '../base/pace.ts';
import { parentOf } from '../tree/byte-path.ts';
import { sameAttributes } from '../tree/same.ts';
import type { BytePath, Entry, Tree } from '../tree/tree.ts';
import type { Change } from './change.ts';
import { diff } from './diff.ts';
import { fromMemberName } from './names.ts';

/** A path that both the bundle and the new base changed. */
export interface Conflict {
  readonly path: BytePath;
  readonly bundle: 'put' | 'delete';
  /** What the new base did there, or to what lies above or below. */
  readonly base: Change['kind'];
}

/** Decides, part by part in a bundle's order, what of it goes onto a new base. */
export interface Judge {
  onDelete(path: BytePath): void;
  /** @param link Name of the member that it is a hard link to. */
  onPut(entry: Entry, link: BytePath | undefined): void;
  plan(): {
    readonly conflicts: readonly Conflict[];
    readonly deletions: ReadonlySet<BytePath>;
    readonly entries: ReadonlySet<BytePath>;
    readonly added: number;
  };
}

export async function judge(oldBase: Tree, newBase: Tree, pace: Pace = NO_PACE): Promise<Judge> {
  const base = await history(oldBase, newBase, pace);
  const conflicts: Conflict[] = [];
  const deletions = new Set<BytePath>();
  const refused = new Set<BytePath>();
  const entries = new Set<BytePath>();
  let added = 0;

  function hasParent(path: BytePath): boolean {
    const parent = parentOf(path);
    if (path === '' || entries.has(parent)) return true;
    return base.present.get(parent)?.type === 'directory' && !isWithin(parent, deletions);
  }
  function verdict(entry: Entry, link: BytePath | undefined): 'keep' | 'drop' | Change['kind'] {
    const { path } = entry;
    if (isWithin(path, refused) || !hasParent(path)) return 'delete';
    if (link !== undefined && !entries.has(fromMemberName(link))) return 'modify';
    const change = isWithin(path, deletions) ? undefined : base.changeAt(path);
    return change === undefined ? 'keep' : onBoth(entry, change);
  }
  return {
    onDelete(path) {
      if (!base.present.has(path)) return;
      const change = base.changeAt(path) ?? base.changeBelow(path);
      if (change === undefined) deletions.add(path);
      else {
        refused.add(path);
        conflicts.push({ path, bundle: 'delete', base: change.kind });
      }
    },
    onPut(entry, link) {
      const { path } = entry;
      const found = verdict(entry, link);
      if (found === 'keep') {
        entries.add(path);
        if (!base.present.has(path)) added += 1;
      } else if (found !== 'drop') conflicts.push({ path, bundle: 'put', base: found });
    },
    plan: () => ({ conflicts, deletions, entries, added }),
  };
}

/** Both sides changed it: fine where they came to the same, or only a directory's listing did. */
function onBoth(entry: Entry, change: Change): 'keep' | 'drop' | Change['kind'] {
  if (change.kind === 'delete') return 'delete';
  const { after } = change;
  if (after.type === entry.type && sameAttributes(after, entry)) return 'keep';
  const directories = after.type === 'directory' && entry.type === 'directory';
  if (!directories || change.kind === 'add')
    return samePermissions(after, entry) && directories ? 'keep' : change.kind;
  if (samePermissions(change.before, entry)) return 'drop';
  return samePermissions(change.before, after) || samePermissions(after, entry) ? 'keep' : 'modify';
}

function samePermissions(a: Entry, b: Entry): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

/** What became of the old base. */
async function history(oldBase: Tree, newBase: Tree, pace: Pace) {
  pace.begin({ doing: 'comparing the bases' });
  const { changes } = await diff(oldBase, newBase, sameAttributes, { pace });
  const changed = new Map(changes.map((change) => [change.path, change]));
  const below = new Map(changes.filter(isMore).flatMap(ancestorsOf));
  const present = new Map([...newBase.entries()].map((entry) => [entry.path, entry]));
  /** Of a path, or of a removed directory above it. */
  function changeAt(path: BytePath): Change | undefined {
    const here = changed.get(path);
    if (here !== undefined || path === '') return here;
    const above = changeAt(parentOf(path));
    return above?.kind === 'delete' ? above : undefined;
  }
  return { present, changeAt, changeBelow: (path: BytePath) => below.get(path) };
}

/** Whether a change is more than a directory's mtime. */
function isMore(change: Change): boolean {
  return change.kind !== 'modify' || change.after.type !== 'directory';
}

/** Deleting a directory above a change would take the change along. */
function ancestorsOf(change: Change): [BytePath, Change][] {
  const above: [BytePath, Change][] = [];
  for (let path = change.path; path !== ''; ) {
    path = parentOf(path);
    above.push([path, change]);
  }
  return above;
}

function isWithin(path: BytePath, tops: ReadonlySet<BytePath>): boolean {
  if (tops.size === 0) return false;
  return tops.has(path) || (path !== '' && isWithin(parentOf(path), tops));
}
