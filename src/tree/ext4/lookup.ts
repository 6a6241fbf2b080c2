import type { BytePath, Entry } from '../tree.ts';
import { visitDirectory } from './directory.ts';
import { toEntry } from './entry.ts';
import type { Filesystem } from './filesystem.ts';
import { ROOT_INODE, typeOf } from './inode.ts';
import { namedInode } from './walk.ts';

/** How many paths are remembered: those that are asked for one after the other share most of them. */
const KEPT = 4_096;

/** Finds entries by their paths, directory by directory; undefined where there is none. */
export function pathLookup(filesystem: Filesystem): (path: BytePath) => Entry | undefined {
  const { volume, table } = filesystem;
  const known = new Map<BytePath, number>();
  function step(directory: BytePath, ino: number, name: BytePath): number | undefined {
    const path = directory === '' ? name : `${directory}/${name}`;
    const found = known.get(path) ?? findName(filesystem, directory, ino, name);
    if (known.size >= KEPT) known.clear();
    if (found !== undefined) known.set(path, found);
    return found;
  }
  return (path) => {
    let ino: number | undefined = ROOT_INODE;
    let at = 0;
    while (at < path.length && ino !== undefined) {
      const slash = path.indexOf('/', at);
      const end = slash < 0 ? path.length : slash;
      ino = step(path.slice(0, Math.max(0, at - 1)), ino, path.slice(at, end));
      at = end + 1;
    }
    return ino === undefined
      ? undefined
      : toEntry(volume, path, namedInode(volume, table, path, ino));
  };
}

function findName(
  { volume, table }: Filesystem,
  path: BytePath,
  directory: number,
  name: BytePath,
): number | undefined {
  const inode = namedInode(volume, table, path, directory);
  if (typeOf(inode) !== 'directory') return undefined;
  const wanted = Buffer.from(name, 'latin1');
  let found: number | undefined;
  visitDirectory(volume, inode, (ino, bytes, at, length) => {
    const isSame = length === wanted.length && wanted.compare(bytes, at, at + length) === 0;
    if (isSame) found = ino;
  });
  return found;
}
