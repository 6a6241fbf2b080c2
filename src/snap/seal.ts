import { createHash, type Hash } from 'node:crypto';
import { errnoOf } from '../base/errors.ts';
import { type Contents, type Entry, type Tree, TreeError } from '../tree/tree.ts';

const CHUNK = 2 ** 20;

/**
 * SHA-256 of what {@link Entry} does not tell: extended attributes and a file's contents.
 *
 * @returns undefined when the file is gone.
 */
export function sealOf(tree: Tree, entry: Entry): Buffer | undefined {
  const hash = createHash('sha256');
  const xattrs = [...tree.xattrs(entry)].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of xattrs) {
    hash.update(`${name.length} ${name} ${value.length} `, 'latin1').update(value);
  }
  if (entry.type !== 'file') return hash.digest();
  const contents = openContents(tree, entry);
  if (contents === undefined) return undefined;
  try {
    hashContents(hash, contents);
  } finally {
    contents.close();
  }
  return hash.digest();
}

function hashContents(hash: Hash, contents: Contents): void {
  const buffer = Buffer.alloc(CHUNK);
  for (const { offset, length } of contents.segments()) {
    for (let done = 0; done < length; ) {
      const at = offset + done;
      const want = Math.min(length - done, CHUNK - (at % CHUNK));
      const got = contents.read(buffer.subarray(0, want), at);
      if (got === 0) return;
      hash.update(`${at} `).update(buffer.subarray(0, got));
      done += got;
    }
  }
}

/** @returns undefined when the file is gone, or is a file no more. */
export function openContents(tree: Tree, entry: Entry): Contents | undefined {
  try {
    return tree.contents(entry);
  } catch (error) {
    if (error instanceof TreeError && error.kind === 'missing') return undefined;
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
