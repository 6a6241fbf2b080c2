import type { Entry, Tree } from '../../src/tree/tree.ts';

/** An entry as a line of text, short enough to compare whole trees by eye. */
export function describe(entry: Entry): string {
  const { path, type, mode, uid, gid, size, target, major, minor } = entry;
  const more = target ?? (major === undefined ? String(size) : `${major}:${minor}`);
  return `${path} ${type} ${mode.toString(8)} ${uid}:${gid} ${more}`;
}

/** All of a file's bytes. */
export function contentOf(tree: Tree, path: string): Buffer {
  const entry = entryOf(tree, path);
  const contents = tree.contents(entry);
  const bytes = Buffer.alloc(entry.size, 0xee);
  const count = contents.read(bytes, 0);
  contents.close();
  return bytes.subarray(0, count);
}

export function entryOf(tree: Tree, path: string): Entry {
  for (const entry of tree.entries()) if (entry.path === path) return entry;
  throw new Error(`no "${path}" in ${tree.name}`);
}
