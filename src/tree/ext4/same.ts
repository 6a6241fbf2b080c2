import { sameAttributes, sameXattrs } from '../same.ts';
import type { Contents, Entry, Xattrs } from '../tree.ts';
import { type BlockMap, blockMap } from './block-map.ts';
import { type BlockNumbers, hasBlockIn } from './changed-blocks.ts';
import { fileContents } from './contents.ts';
import type { Filesystem } from './filesystem.ts';
import { hasBlockMap } from './ownership.ts';
import { readXattrs } from './xattrs.ts';

const CHUNK = 262_144;

/**
 * Answers whether an entry stayed what it was: attributes, extended attributes, contents.
 *
 * Inode number, number of links and ctime do not count: nobody can set them.
 *
 * @param changed The only blocks that can differ, if that is known: a file that kept its place
 *   is then not read through.
 */
export function sameEntry(base: Filesystem, next: Filesystem, changed?: BlockNumbers) {
  return (before: Entry, after: Entry): boolean =>
    before.type === after.type &&
    sameAttributes(before, after) &&
    sameXattrs(xattrsOf(base, before), xattrsOf(next, after)) &&
    (before.type !== 'file' || hasSameContents(base, before, next, after, changed));
}

function xattrsOf({ volume, table }: Filesystem, { ino }: Entry): Xattrs {
  return readXattrs(volume, table.inode(ino), table);
}

function hasSameContents(
  base: Filesystem,
  before: Entry,
  next: Filesystem,
  after: Entry,
  changed: BlockNumbers | undefined,
): boolean {
  const [old, now] = [base.table.inode(before.ino), next.table.inode(after.ino)];
  if (changed !== undefined && hasBlockMap(old) && hasBlockMap(now)) {
    const map = blockMap(next.volume, now);
    const isTouched = map.extents.some((run) =>
      hasBlockIn(changed, run.physical, run.physical + run.length),
    );
    if (!isTouched && hasSameExtents(blockMap(base.volume, old), map)) return true;
  }
  return hasSameBytes(fileContents(base.volume, old), fileContents(next.volume, now), after.size);
}

function hasSameExtents({ extents: a }: BlockMap, { extents: b }: BlockMap): boolean {
  return (
    a.length === b.length &&
    a.every((run, i) => {
      const other = b[i];
      return (
        run.logical === other?.logical &&
        run.length === other.length &&
        run.physical === other.physical &&
        run.isUnwritten === other.isUnwritten
      );
    })
  );
}

/** Skips what is a hole in both. */
function hasSameBytes(a: Contents, b: Contents, size: number): boolean {
  const [x, y] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)];
  let done = 0;
  for (const { offset, length } of [...a.segments(), ...b.segments()].sort(
    (p, q) => p.offset - q.offset,
  )) {
    const end = Math.min(size, offset + length);
    for (let at = Math.max(offset, done); at < end; at += CHUNK) {
      const count = Math.min(CHUNK, end - at);
      a.read(x.subarray(0, count), at);
      b.read(y.subarray(0, count), at);
      if (x.compare(y, 0, count, 0, count) !== 0) return false;
    }
    done = Math.max(done, end);
  }
  return true;
}
