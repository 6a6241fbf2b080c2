import { parentOf, visitDirectory } from './directory.ts';
import type { Filesystem } from './filesystem.ts';
import { hasFlag, INODE_FLAG, isLive, linksOf, ROOT_INODE, typeOf } from './inode.ts';
import { writtenInodes } from './inode-table.ts';
import { ownInodes } from './ownership.ts';

/**
 * Finds the directories that lead to changed inodes: those with a name of one, and all above them.
 *
 * Directories say where they are. For the names of other inodes directories are searched, changed ones
 * first, then those near the inodes, until every link is found.
 */
export function leadingDirectories(next: Filesystem, changed: ReadonlySet<number>): Set<number> {
  const leading = new Set<number>();
  const links = linksToFind(next, changed);
  for (const ino of directoriesOf(next, changed)) {
    leadTo(next, leading, ino);
    searchDirectory(next, leading, links, ino);
  }
  searchAll(next, leading, links, changed);
  return leading;
}

/** How many names are still to be found of each changed inode that is no directory. */
function linksToFind(
  { volume, table }: Filesystem,
  changed: Iterable<number>,
): Map<number, number> {
  const own = ownInodes(volume.superblock);
  const links = new Map<number, number>();
  for (const ino of changed) {
    const inode = table.slot(ino);
    const isNamed = table.isWritten(ino) && isLive(inode) && !hasFlag(inode, INODE_FLAG.eaInode);
    if (isNamed && !own.has(ino) && typeOf(inode) !== 'directory') links.set(ino, linksOf(inode));
  }
  return links;
}

function* directoriesOf({ table }: Filesystem, inodes: Iterable<number>): Generator<number> {
  for (const ino of inodes) {
    const inode = table.slot(ino);
    if (table.isWritten(ino) && isLive(inode) && typeOf(inode) === 'directory') yield ino;
  }
}

/** Adds a directory's parent, that one's parent, and so on. */
function leadTo({ volume, table }: Filesystem, leading: Set<number>, directory: number): void {
  let ino = directory;
  while (ino !== ROOT_INODE) {
    const parent = parentOf(volume, table.inode(ino));
    if (parent === undefined || leading.has(parent)) return;
    leading.add(parent);
    ino = parent;
  }
}

function searchDirectory(
  next: Filesystem,
  leading: Set<number>,
  links: Map<number, number>,
  directory: number,
): void {
  let found = false;
  visitDirectory(next.volume, next.table.inode(directory), (ino) => {
    const left = links.get(ino);
    if (left === undefined) return;
    found = true;
    if (left > 1) links.set(ino, left - 1);
    else links.delete(ino);
  });
  if (!found || leading.has(directory)) return;
  leading.add(directory);
  leadTo(next, leading, directory);
}

function searchAll(
  next: Filesystem,
  leading: Set<number>,
  links: Map<number, number>,
  searched: ReadonlySet<number>,
): void {
  const [nearest] = links.keys();
  if (nearest === undefined) return;
  const { inodesPerGroup } = next.volume.superblock;
  const group = Math.floor((nearest - 1) / inodesPerGroup);
  for (const ino of directoriesOf(next, writtenInodes(next.volume, group))) {
    if (links.size === 0) return;
    if (!searched.has(ino)) searchDirectory(next, leading, links, ino);
  }
}
