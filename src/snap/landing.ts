import { lstatSync, type Stats } from 'node:fs';
import { explain } from '../base/errno.ts';
import { joinPath, parentOf, showPath, toFsPath } from '../tree/byte-path.ts';
import { mountPoints } from '../tree/mounts.ts';
import type { BytePath, Entry } from '../tree/tree.ts';
import { SnapError } from './errors.ts';

/** Tells beforehand whether each entry of a bundle has a place to go to. */
export interface Landing {
  deleted(path: BytePath): void;
  check(entry: Entry): void;
  /** @throws {SnapError} `MERGE_CONFLICT`, naming the first few. */
  finish(file: string): void;
}

export function landing(root: BytePath): Landing {
  const conflicts: string[] = [];
  const deletions = new Set<BytePath>();
  /** Directories that there will be when the merge is done. */
  const directories = new Set<BytePath>(['']);
  const target = targetAt(root);

  const isDeleted = (path: BytePath): boolean =>
    path !== '' && (deletions.has(path) || isDeleted(parentOf(path)));
  const place = (path: BytePath): Place => (isDeleted(path) ? 'absent' : target.place(path));
  function hasDirectory(path: BytePath): boolean {
    if (directories.has(path)) return true;
    const there = hasDirectory(parentOf(path)) && place(path) === 'directory';
    if (there) directories.add(path);
    return there;
  }
  return {
    deleted(path) {
      if (target.holdsMount(path)) conflicts.push(conflict(path, 'holds another filesystem here'));
      deletions.add(path);
    },
    check({ path, type }) {
      const reason = hasDirectory(parentOf(path))
        ? clash(type, place(path))
        : 'has no directory to go to';
      if (reason !== undefined) conflicts.push(conflict(path, reason));
      if (type === 'directory') directories.add(path);
    },
    finish: (file) => refuse(file, conflicts),
  };
}

type Place = 'directory' | 'other' | 'absent' | 'mounted';

/** What is there now. */
function targetAt(root: BytePath) {
  const mounts = [...mountPoints()];
  const { dev } = lstatSync(toFsPath(joinPath(root, '')));
  return {
    place(path: BytePath): Place {
      const full = joinPath(root, path);
      const stats = look(full);
      if (stats === undefined) return 'absent';
      if (path !== '' && (stats.dev !== dev || mounts.includes(full))) return 'mounted';
      return stats.isDirectory() ? 'directory' : 'other';
    },
    holdsMount(path: BytePath): boolean {
      const full = joinPath(root, path);
      return mounts.some((point) => point === full || point.startsWith(`${full}/`));
    },
  };
}

function look(full: BytePath): Stats | undefined {
  try {
    return lstatSync(toFsPath(full), { throwIfNoEntry: false });
  } catch (cause) {
    throw new SnapError(`Cannot look at "${showPath(full)}": ${explain(cause)}`, {
      kind: 'conflict',
      code: 'ROOT_UNUSABLE',
      hint: 'Run it as a user who may read and write there.',
      cause,
    });
  }
}

function clash(type: Entry['type'], found: Place): string | undefined {
  if (found === 'mounted') return 'is another filesystem here';
  if (type === 'directory' && found === 'other') return 'is no directory here';
  if (type !== 'directory' && found === 'directory') return 'is a directory here';
  return undefined;
}

function conflict(path: BytePath, reason: string): string {
  return `"${showPath(path)}" ${reason}`;
}

const NAMED = 5;

function refuse(file: string, conflicts: readonly string[]): void {
  if (conflicts.length === 0) return;
  const named = conflicts.slice(0, NAMED).join(', ');
  const more = conflicts.length > NAMED ? `, and ${conflicts.length - NAMED} more` : '';
  throw new SnapError(`Cannot merge bundle "${file}": ${named}${more}`, {
    kind: 'conflict',
    code: 'MERGE_CONFLICT',
    hint: 'The tree was changed since its base; nothing of it was touched.',
  });
}
