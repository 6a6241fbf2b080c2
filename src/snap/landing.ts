import { lstatSync } from 'node:fs';
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

type Place = 'directory' | 'other' | 'absent' | 'mounted';

const NAMED = 5;

export function landing(root: BytePath): Landing {
  const conflicts: string[] = [];
  const deletions = new Set<BytePath>();
  /** Directories that there will be when the merge is done. */
  const directories = new Set<BytePath>(['']);
  const mounts = mountPoints();
  const { dev } = lstatSync(toFsPath(joinPath(root, '')));

  function place(path: BytePath): Place {
    if (isDeleted(path)) return 'absent';
    const full = joinPath(root, path);
    const stats = lstatSync(toFsPath(full), { throwIfNoEntry: false });
    if (stats === undefined) return 'absent';
    if (path !== '' && (stats.dev !== dev || mounts.has(full))) return 'mounted';
    return stats.isDirectory() ? 'directory' : 'other';
  }
  function isDeleted(path: BytePath): boolean {
    return path !== '' && (deletions.has(path) || isDeleted(parentOf(path)));
  }
  function hasDirectory(path: BytePath): boolean {
    if (directories.has(path)) return true;
    const there = hasDirectory(parentOf(path)) && place(path) === 'directory';
    if (there) directories.add(path);
    return there;
  }
  function complain(path: BytePath, reason: string): void {
    conflicts.push(`"${showPath(path)}" ${reason}`);
  }
  return {
    deleted(path) {
      const full = joinPath(root, path);
      const mounted = [...mounts].some((point) => point === full || point.startsWith(`${full}/`));
      if (mounted) complain(path, 'holds another filesystem here');
      deletions.add(path);
    },
    check({ path, type }) {
      if (!hasDirectory(parentOf(path))) return complain(path, 'has no directory to go to');
      const found = place(path);
      if (found === 'mounted') complain(path, 'is another filesystem here');
      else if (type === 'directory' && found === 'other') complain(path, 'is no directory here');
      else if (type !== 'directory' && found === 'directory') complain(path, 'is a directory here');
      if (type === 'directory') directories.add(path);
    },
    finish(file) {
      if (conflicts.length === 0) return;
      const more = conflicts.length > NAMED ? `, and ${conflicts.length - NAMED} more` : '';
      throw new SnapError(
        `Cannot merge bundle "${file}": ${conflicts.slice(0, NAMED).join(', ')}${more}`,
        {
          kind: 'conflict',
          code: 'MERGE_CONFLICT',
          hint: 'The tree was changed since its base; nothing of it was touched.',
        },
      );
    },
  };
}
