import { corrupt, unsupported } from '../block/faults.ts';
import type { BytePath, Entry } from '../tree.ts';
import { type DirectoryEntry, listDirectory } from './directory.ts';
import { toEntry } from './entry.ts';
import { type Inode, ROOT_INODE } from './inode.ts';
import type { InodeTable } from './inode-table.ts';
import type { Volume } from './volume.ts';

/** Sixteen times what a system call takes: directories may lie deeper, reached step by step. */
const LONGEST_PATH = 65_536;

/** A directory that the walk is in. */
interface Level {
  readonly prefix: string;
  readonly entries: readonly DirectoryEntry[];
  next: number;
}

/**
 * Every entry from the root down, in path order.
 *
 * A hostile image cannot make it endless: no directory is entered twice, and all together may not
 * have more blocks than the filesystem.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function* walk(volume: Volume, table: InodeTable): Generator<Entry> {
  const list = boundedLister(volume, table);
  const root = toEntry(volume, '', namedInode(volume, table, '', ROOT_INODE));
  if (root.type !== 'directory') throw corrupt(volume.name, 'its root is no directory');
  yield root;
  const levels: Level[] = [{ prefix: '', entries: list(root), next: 0 }];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const found = level.entries[level.next];
    level.next += 1;
    if (found === undefined) {
      levels.pop();
      continue;
    }
    const path = level.prefix + found.name;
    const entry = toEntry(volume, path, namedInode(volume, table, path, found.ino));
    yield entry;
    if (entry.type !== 'directory') continue;
    levels.push({ prefix: `${path}/`, entries: list(entry), next: 0 });
  }
}

/**
 * The inode that a path leads to.
 *
 * @throws {TreeError} `IMAGE_CORRUPT` for one that no path may lead to, `IMAGE_UNSUPPORTED` for a path
 *   that is too long.
 */
export function namedInode(volume: Volume, table: InodeTable, path: BytePath, ino: number): Inode {
  if (path.length > LONGEST_PATH) {
    const what = `it has a path of ${path.length} bytes, and ${LONGEST_PATH} are the most`;
    throw unsupported(volume.name, what, 'Remove or rename the directories that lie so deep.');
  }
  if (ino < volume.superblock.firstInode && (ino !== ROOT_INODE || path !== '')) {
    throw corrupt(volume.name, `"${path}" is the reserved inode ${ino}`);
  }
  return table.inode(ino);
}

function boundedLister(volume: Volume, table: InodeTable): (entry: Entry) => DirectoryEntry[] {
  const { blocks } = volume.superblock;
  const seen = new Set<number>();
  let read = 0;
  const account = (count: number): void => {
    read += count;
    if (read > blocks)
      throw corrupt(volume.name, `directories have more than its ${blocks} blocks`);
  };
  return ({ ino, path }) => {
    if (seen.has(ino)) throw corrupt(volume.name, `directory "${path}" has a second name`);
    seen.add(ino);
    return listDirectory(volume, table.inode(ino), account);
  };
}
