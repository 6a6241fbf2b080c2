import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { explain } from '../base/errno.ts';
import { joinPath, parentOf, showPath, toFsPath } from '../tree/byte-path.ts';
import { mountPoints } from '../tree/mounts.ts';
import type { BytePath } from '../tree/tree.ts';
import { SnapError } from './errors.ts';

/**
 * Removes a path and all below it; follows no symlink and enters no other filesystem.
 *
 * @throws {SnapError} `MERGE_INCOMPLETE` where something cannot be removed.
 */
export function removeBelow(root: BytePath, path: BytePath): void {
  if (!isInside(root, parentOf(path))) return;
  const { dev } = lstatSync(toFsPath(joinPath(root, '')));
  const mounts = mountPoints();
  function remove(full: BytePath): void {
    const stats = lstatSync(toFsPath(full), { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.dev !== dev || mounts.has(full)) throw stuck(full, 'it is another filesystem');
    if (stats.isDirectory()) {
      for (const name of readdirSync(toFsPath(full), { encoding: 'latin1' })) {
        remove(`${full}/${name}`);
      }
      rmdirSync(toFsPath(full));
    } else unlinkSync(toFsPath(full));
  }
  try {
    remove(joinPath(root, path));
  } catch (cause) {
    if (cause instanceof SnapError) throw cause;
    throw stuck(joinPath(root, path), explain(cause), cause);
  }
}

/** Whether every step down to a path is a directory, not a symlink. */
function isInside(root: BytePath, path: BytePath): boolean {
  if (path === '') return true;
  if (!isInside(root, parentOf(path))) return false;
  const stats = lstatSync(toFsPath(joinPath(root, path)), { throwIfNoEntry: false });
  return stats?.isDirectory() === true;
}

function stuck(path: BytePath, reason: string, cause?: unknown): SnapError {
  return new SnapError(`Cannot remove "${showPath(path)}": ${reason}`, {
    kind: 'partial',
    code: 'MERGE_INCOMPLETE',
    hint: 'Free it (unmount it, or chattr -i -a), then merge again.',
    cause,
  });
}
