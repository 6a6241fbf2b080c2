import { sameAttributes, sameXattrs } from '../tree/same.ts';
import type { Contents, Entry, Tree } from '../tree/tree.ts';
import { openContents, sealOf } from './seal.ts';

/** Whether an entry stayed what it was; both have the same path and type. */
export type IsSame = (before: Entry, after: Entry) => boolean;

/**
 * The sound rule within one filesystem: nothing changes an entry, extended attributes included, and
 * keeps its ctime.
 */
export function sameInode(a: Entry, b: Entry): boolean {
  return sameAttributes(a, b) && a.ino === b.ino && a.ctime === b.ctime;
}

/** By attributes, extended attributes and every byte: for trees that both hold contents. */
export function sameContents(before: Tree, after: Tree): IsSame {
  return (a, b) =>
    sameAttributes(a, b) &&
    sameXattrs(before.xattrs(a), after.xattrs(b)) &&
    (a.type !== 'file' || sameBytes(before, a, after, b));
}

/** By attributes and the seal that was recorded; what has none is taken for `unsealed`. */
export function sameSeal(
  seals: ReadonlyMap<string, Buffer>,
  after: Tree,
  unsealed: boolean,
): IsSame {
  return (a, b) => {
    if (!sameAttributes(a, b)) return false;
    const seal = seals.get(a.path);
    return seal === undefined ? unsealed : sealOf(after, b)?.equals(seal) === true;
  };
}

const CHUNK = 2 ** 18;

function sameBytes(left: Tree, a: Entry, right: Tree, b: Entry): boolean {
  const [x, y] = [openContents(left, a), openContents(right, b)];
  try {
    return x !== undefined && y !== undefined && sameStreams(x, y, a.size);
  } finally {
    x?.close();
    y?.close();
  }
}

function sameStreams(x: Contents, y: Contents, size: number): boolean {
  const [p, q] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)];
  for (let at = 0; at < size; at += CHUNK) {
    const [m, n] = [x.read(p, at), y.read(q, at)];
    if (m !== n || !p.subarray(0, m).equals(q.subarray(0, n))) return false;
  }
  return true;
}
