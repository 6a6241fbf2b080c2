import type { Entry, EntryType, Tree, Xattrs } from '../../src/tree/tree.ts';
import { comparePaths } from '../../src/tree/tree.ts';

export type Sketch = Partial<Entry> & { readonly text?: string; readonly xattrs?: Xattrs };

/** An entry of which only what matters is said. */
export function entry(path: string, sketch: Partial<Entry> = {}): Entry {
  const type: EntryType = sketch.type ?? 'file';
  return {
    ...{ path, type, mode: type === 'directory' ? 0o755 : 0o644, uid: 0, gid: 0, size: 0 },
    ...{ mtime: 1_000_000_000_000_000_000n, ctime: 1n, ino: hash(path), nlink: 1 },
    ...sketch,
  };
}

/** A tree that exists only in memory: paths, and what matters of them. */
export function memoryTree(sketches: Readonly<Record<string, Sketch>>, identity = '2:1'): Tree {
  const all = { '': { type: 'directory' as const }, ...sketches };
  const entries = Object.entries(all)
    .map(([path, { text = '', xattrs: _, ...rest }]: [string, Sketch]) =>
      entry(path, { size: text.length, ...rest }),
    )
    .sort((a, b) => comparePaths(a.path, b.path));
  const sketchOf = (path: string): Sketch => sketches[path] ?? {};
  return {
    name: 'memory',
    identity,
    entries: () => entries,
    contents: ({ path }) => fromBytes(Buffer.from(sketchOf(path).text ?? '', 'latin1')),
    xattrs: ({ path }) => sketchOf(path).xattrs ?? new Map(),
    close: () => undefined,
  };
}

function fromBytes(bytes: Buffer): ReturnType<Tree['contents']> {
  return {
    segments: () => (bytes.length === 0 ? [] : [{ offset: 0, length: bytes.length }]),
    read: (target, offset) => bytes.copy(target, 0, offset, offset + target.length),
    close: () => undefined,
  };
}

function hash(path: string): number {
  return [...path].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
}
