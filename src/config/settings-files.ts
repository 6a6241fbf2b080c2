import { realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';

export interface SettingsPlaces {
  /** The administrator's file. */
  readonly system: string;
  readonly user: string;
  readonly home: string;
  /** Where a project's file is looked for, and upwards from there. */
  readonly cwd: string;
  /** A file that is taken instead of all others; empty: none is. */
  readonly named?: string;
  readonly uid: number;
}

export interface SettingsFile {
  readonly path: string;
  readonly kind: 'system' | 'user' | 'project' | 'named';
  readonly isThere: boolean;
  /** Why it is not used, though it is there. */
  readonly distrust?: string;
}

export const PROJECT_FILE = 'apppot.yaml';

/**
 * The settings files that count here, the weakest first.
 *
 * A file decides what is run and what a guest can reach: one is used only if nobody but its reader and root can
 * have written it, or if it was named.
 */
export function findSettings(places: SettingsPlaces): readonly SettingsFile[] {
  const { named, system, user, uid } = places;
  if (named === '') return [];
  if (named !== undefined) return [{ path: resolve(named), kind: 'named', isThere: true }];
  return [
    look(system, 'system', uid),
    look(user, 'user', uid),
    look(findProject(places) ?? join(places.cwd, PROJECT_FILE), 'project', uid),
  ];
}

function look(path: string, kind: SettingsFile['kind'], uid: number): SettingsFile {
  if (!exists(path)) return { path, kind, isThere: false };
  const distrust = distrustOf(path, uid);
  return { path, kind, isThere: true, ...(distrust !== undefined && { distrust }) };
}

/** Up to the home directory or the top of a repository, through directories of one's own. */
function findProject({ cwd, home, uid }: SettingsPlaces): string | undefined {
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    const path = join(directory, PROJECT_FILE);
    if (exists(path)) return path;
    const isTop = directory === home || directory === '/' || exists(join(directory, '.git'));
    if (isTop || foreign(dirname(directory), uid) !== undefined) return undefined;
  }
}

/** Why somebody else may have written a file: by its own owner and mode, or a directory's on the way. */
function distrustOf(path: string, uid: number): string | undefined {
  try {
    const real = realpathSync(path);
    const parts = [real, dirname(real), dirname(path)];
    return parts.map((part) => foreign(part, uid)).find((reason) => reason !== undefined);
  } catch (error) {
    return `it cannot be reached (${explain(error)})`;
  }
}

const WRITABLE_BY_OTHERS = 0o002;
const WRITABLE_BY_GROUP = 0o020;

/**
 * Why somebody beside its reader and root may have written to a file or directory.
 *
 * @throws the system's error.
 */
export function foreign(path: string, uid: number): string | undefined {
  const { uid: owner, gid, mode } = statSync(path);
  if (owner !== uid && owner !== 0) return `"${path}" belongs to user ${owner}`;
  if ((mode & WRITABLE_BY_OTHERS) !== 0) return `"${path}" can be written by everybody`;
  // A group of the user's own number is the user's alone.
  const isShared = (mode & WRITABLE_BY_GROUP) !== 0 && gid !== 0 && gid !== uid;
  return isShared ? `"${path}" can be written by group ${gid}` : undefined;
}

function exists(path: string): boolean {
  try {
    statSync(path);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EACCES';
  }
}
