import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { isTemporaryOf } from '../host/temporary-name.ts';
import type { Exclusion } from '../snap/exclude.ts';
import { baseOf, parentOf, toBytePath } from '../tree/byte-path.ts';

/** Leaves out our own files, also those that a killed run left half written, besides what `skip` names. */
export function outsideOf(root: string, files: readonly string[], skip: Exclusion): Exclusion {
  const top = real(root);
  const own = files.map((file) => toBytePath(relative(top, real(file))));
  return (path) => own.some((file) => isOurs(file, path)) || skip(path);
}

function isOurs(file: string, path: string): boolean {
  if (path === file) return true;
  if (!path.endsWith('.tmp') || parentOf(path) !== parentOf(file)) return false;
  return isTemporaryOf(baseOf(file), baseOf(path));
}

/** The file itself need not exist. */
function real(path: string): string {
  const full = resolve(path);
  try {
    return join(realpathSync(dirname(full)), basename(full));
  } catch {
    return full;
  }
}
