import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { joinPath, showPath, toFsPath } from './byte-path.ts';
import { type BytePath, type Entry, type EntryType, TreeError } from './tree.ts';

/** Where a path of a live directory is looked for. */
export interface Place {
  /** Without trailing slash; `''` is `/`. */
  readonly root: BytePath;
  readonly device: bigint;
  /** Full paths, of those below the root. */
  readonly mounts: ReadonlySet<BytePath>;
}

/**
 * What lstat(2) says of a path, or undefined where nothing is any more.
 *
 * @throws {TreeError} `TREE_UNREADABLE`
 */
export function look(place: Place, path: BytePath): Entry | undefined {
  const stats = stat(place, path);
  return stats === undefined ? undefined : toEntry(place, path, stats);
}

function stat({ root }: Place, path: BytePath): BigIntStats | undefined {
  const full = joinPath(root, path);
  try {
    return lstatSync(toFsPath(full), { bigint: true, throwIfNoEntry: false });
  } catch (cause) {
    if (isGone(cause)) return undefined;
    throw unreadable(full, cause);
  }
}

const KINDS: Readonly<Record<number, EntryType>> = {
  1: 'fifo',
  2: 'char',
  4: 'directory',
  6: 'block',
  8: 'file',
  10: 'symlink',
  12: 'socket',
};

function toEntry(place: Place, path: BytePath, stats: BigIntStats): Entry | undefined {
  const entry = plainEntry(path, stats);
  const isMounted = isMountPoint(place, path, stats);
  // Most entries end here: copies of objects are what costs most in this walk.
  if (!isMounted && (entry.type === 'file' || entry.type === 'directory')) return entry;
  const target = entry.type === 'symlink' ? linkTarget(place, path) : '';
  if (target === undefined) return undefined;
  return {
    ...entry,
    ...(entry.type === 'symlink' && { target }),
    ...((entry.type === 'char' || entry.type === 'block') && device(Number(stats.rdev))),
    ...(isMounted && { mounted: true as const }),
  };
}

function plainEntry(path: BytePath, stats: BigIntStats): Entry {
  const mode = Number(stats.mode);
  const type = KINDS[mode >> 12] ?? 'file';
  return {
    path,
    type,
    mode: mode & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: type === 'file' ? Number(stats.size) : 0,
    mtime: stats.mtimeNs,
    ctime: stats.ctimeNs,
    ino: Number(stats.ino),
    nlink: Number(stats.nlink),
  };
}

function isMountPoint({ root, device: own, mounts }: Place, path: BytePath, stats: BigIntStats) {
  if (path === '') return false;
  return stats.dev !== own || (mounts.size > 0 && mounts.has(joinPath(root, path)));
}

function linkTarget({ root }: Place, path: BytePath): BytePath | undefined {
  const full = joinPath(root, path);
  try {
    return readlinkSync(toFsPath(full), { encoding: 'latin1' });
  } catch (cause) {
    if (isGone(cause) || errnoOf(cause) === 'EINVAL') return undefined;
    throw unreadable(full, cause);
  }
}

/** makedev(3) of glibc, less the high halves that Linux never uses. */
function device(rdev: number): { readonly major: number; readonly minor: number } {
  return { major: (rdev >>> 8) & 0xfff, minor: (rdev & 0xff) | ((rdev >>> 12) & 0xfff00) };
}

export function isGone(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'ENOENT' || errno === 'ENOTDIR';
}

export function unreadable(path: string, cause: unknown): TreeError {
  const errno = errnoOf(cause);
  return new TreeError(`Cannot read "${showPath(path)}": ${explain(cause)}`, {
    kind: errno === 'ENOENT' ? 'missing' : 'conflict',
    code: 'TREE_UNREADABLE',
    ...(errno === 'EACCES' && { hint: 'Run it as root, or exclude that path.' }),
    cause,
  });
}
