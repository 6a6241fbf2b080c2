import { createHash } from 'node:crypto';
import type { Exclusion } from '../../src/snap/exclude.ts';
import { sealOf } from '../../src/snap/seal.ts';
import { showPath } from '../../src/tree/byte-path.ts';
import { liveTree } from '../../src/tree/live.ts';
import type { Entry, Tree } from '../../src/tree/tree.ts';

/**
 * Everything a merge must restore of a tree, by path: attributes, contents and extended attributes as one
 * hash, hard-link groups by their first name. Sockets are left out, and so are the recorded base and
 * what `skip` names.
 */
export function fullListing(
  root: string,
  skip: Exclusion = () => false,
): Readonly<Record<string, string>> {
  const tree = liveTree(root, { skip: (path) => path === 'var/lib/apppot' || skip(path) });
  const entries = [...tree.entries()].filter(({ type }) => type !== 'socket');
  tree.prefetch?.(entries);
  const leaders = new Map<number, string>();
  return Object.fromEntries(
    entries.map((entry) => [showPath(entry.path), describe(tree, entry, leaders)]),
  );
}

function describe(tree: Tree, entry: Entry, leaders: Map<number, string>): string {
  const { type, mode, uid, gid, size, mtime, target, major, minor, ino, path } = entry;
  if (type !== 'directory' && !leaders.has(ino)) leaders.set(ino, path);
  const group = type === 'directory' ? '' : (leaders.get(ino) ?? '');
  const facts = [type, mode.toString(8), uid, gid, size, mtime, target, major, minor];
  return [...facts, showPath(group), contentsHash(tree, entry)].join(' ');
}

/** The same for holes and for zeros. */
function contentsHash(tree: Tree, entry: Entry): string {
  if (entry.type !== 'file') return sealOf(tree, entry)?.toString('hex') ?? 'gone';
  const hash = createHash('sha256');
  for (const [name, value] of [...tree.xattrs(entry)].sort()) hash.update(name).update(value);
  const contents = tree.contents(entry);
  const buffer = Buffer.alloc(2 ** 16);
  for (const { offset, length } of contents.segments()) {
    for (let done = 0; done < length; done += buffer.length) {
      const piece = buffer.subarray(0, Math.min(buffer.length, length - done));
      contents.read(piece, offset + done);
      hashPages(hash, piece, offset + done);
    }
  }
  contents.close();
  return hash.digest('hex');
}

const PAGE = 4_096;
const ZEROS = Buffer.alloc(PAGE);

function hashPages(hash: ReturnType<typeof createHash>, piece: Buffer, offset: number): void {
  for (let at = 0; at < piece.length; at += PAGE) {
    const page = piece.subarray(at, at + PAGE);
    if (!page.equals(ZEROS.subarray(0, page.length))) hash.update(String(offset + at)).update(page);
  }
}
