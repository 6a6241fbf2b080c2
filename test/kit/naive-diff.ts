import { createHash } from 'node:crypto';
import { comparePaths, type Entry, type Tree } from '../../src/tree/tree.ts';

/** What became of a path: `+` added, `-` removed, `!` became something else or changed. */
export type Difference = `${'+' | '-' | '!'} ${string}`;

/** Compares all paths of two trees, every attribute and byte, with no regard for the cost; in path order. */
export function naiveDiff(before: Tree, after: Tree): Difference[] {
  const [old, now] = [describeAll(before), describeAll(after)];
  const found: Difference[] = [];
  for (const [path, text] of now) {
    const was = old.get(path);
    if (was === undefined) found.push(`+ ${path}`);
    else if (was !== text) found.push(`! ${path}`);
  }
  for (const path of old.keys()) {
    const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
    const hasParent = now.get(parent)?.startsWith('directory') === true;
    if (!now.has(path) && hasParent) found.push(`- ${path}`);
  }
  return found.sort((a, b) => comparePaths(a.slice(2), b.slice(2)));
}

/** Changes as `naiveDiff` writes them, in their own order. */
export function toDifferences(
  changes: Iterable<{ path: string; before?: Entry; after?: Entry }>,
): Difference[] {
  return Array.from(changes, ({ path, before, after }): Difference => {
    if (before === undefined) return `+ ${path}`;
    return after === undefined ? `- ${path}` : `! ${path}`;
  });
}

function describeAll(tree: Tree): Map<string, string> {
  return new Map(Array.from(tree.entries(), (entry) => [entry.path, describeWhole(tree, entry)]));
}

function describeWhole(tree: Tree, entry: Entry): string {
  const { type, mode, uid, gid, size, mtime, target, major, minor } = entry;
  const xattrs = Array.from(tree.xattrs(entry), ([name, value]) => [
    name,
    Buffer.from(value).toString('hex'),
  ]);
  const attributes = [mode, uid, gid, size, mtime.toString(), target, major, minor, xattrs];
  return `${type} ${JSON.stringify(attributes)} ${type === 'file' ? digestOf(tree, entry) : ''}`;
}

function digestOf(tree: Tree, entry: Entry): string {
  const contents = tree.contents(entry);
  const bytes = Buffer.alloc(entry.size);
  contents.read(bytes, 0);
  contents.close();
  return createHash('sha1').update(bytes).digest('hex');
}
