import { AppPotError } from '../base/errors.ts';
import { runSync } from '../host/sync.ts';
import type { BytePath, Entry, Xattrs } from './tree.ts';
import { parseXattrDump } from './xattr-dump.ts';

const NONE: Xattrs = new Map();
// xargs, because Node hands over arguments as UTF-8 text only.
const GETFATTR = 'xargs -0 getfattr --no-dereference --dump --match=- --encoding=hex --';

/** Answers about more paths than these are forgotten when the next are asked for. */
const KEPT = 2 ** 14;

interface LiveXattrs {
  of(entry: Entry): Xattrs;
  prefetch(entries: readonly Entry[]): void;
}

/** Extended attributes below `root` through getfattr(1), many files by one call. */
export function liveXattrs(root: BytePath, warn: (text: string) => void): LiveXattrs {
  const known = new Map<BytePath, Xattrs>();
  const asked = new Set<BytePath>();
  function prefetch(entries: readonly Entry[]): void {
    if (asked.size > KEPT) {
      asked.clear();
      known.clear();
    }
    const paths = entries.filter(({ path }) => !asked.has(path)).map(({ path }) => path);
    for (const [path, xattrs] of getfattr(root, paths, warn)) known.set(path, xattrs);
    for (const path of paths) asked.add(path);
  }
  return {
    of(entry) {
      if (!asked.has(entry.path)) prefetch([entry]);
      return known.get(entry.path) ?? NONE;
    },
    prefetch,
  };
}

function getfattr(
  root: BytePath,
  paths: readonly BytePath[],
  warn: (text: string) => void,
): ReadonlyMap<BytePath, Xattrs> {
  if (paths.length === 0) return new Map();
  const input = Buffer.from(paths.map((path) => `./${path}\0`).join(''), 'latin1');
  const cwd = Buffer.from(root === '' ? '/' : root, 'latin1').toString('utf8');
  try {
    const { status, stdout } = runSync(GETFATTR.split(' '), { input, cwd });
    if (status === 126 || status === 127) warn(MISSING);
    return parseXattrDump(stdout.toString('latin1'));
  } catch (error) {
    if (!(error instanceof AppPotError)) throw error;
    warn(MISSING);
    return new Map();
  }
}

const MISSING =
  'extended attributes, ACLs and capabilities are left out: install "getfattr" (package attr)';
