import { corrupt } from '../block/faults.ts';
import { parentOf, visitDirectory } from './directory.ts';
import type { Filesystem } from './filesystem.ts';
import { hasFlag, INODE_FLAG, isLive, linksOf, ROOT_INODE, typeOf } from './inode.ts';
import { writtenInodes } from './inode-table.ts';
import type { NamesIndex } from './names-index.ts';
import { ownInodes } from './ownership.ts';

/**
 * Finds the directories that lead to changed inodes: those with a name of one, and all above them.
 *
 * Directories say where they are. For the names of other inodes directories are searched until every
 * link is found: changed ones first, then those that an index of the base names, then those whose
 * numbers come shortly before the inode's, since a directory is older than what is in it and lies near
 * it, and those above them, since mke2fs numbers a tree depth first; then all.
 */
export function leadingDirectories(
  next: Filesystem,
  changed: ReadonlySet<number>,
  index?: NamesIndex,
): Set<number> {
  const search: Search = {
    ...{ next, changed, index },
    links: linksToFind(next, changed),
    leading: new Set(),
    searched: new Set(),
    parents: new Map(),
  };
  for (const ino of directoriesOf(next, changed)) {
    leadTo(search, ino);
    searchDirectory(search, ino);
  }
  for (const ino of [...search.links.keys()]) searchIndexed(search, ino);
  for (const ino of [...search.links.keys()]) searchBefore(search, ino);
  for (const ino of directoriesOf(next, writtenInodes(next.volume))) {
    if (search.links.size === 0) break;
    searchDirectory(search, ino);
  }
  return search.leading;
}

interface Search {
  readonly next: Filesystem;
  readonly changed: ReadonlySet<number>;
  readonly index: NamesIndex | undefined;
  /** How many names are still to be found, by inode. */
  readonly links: Map<number, number>;
  /** What is to be found out. */
  readonly leading: Set<number>;
  readonly searched: Set<number>;
  /** Of directories that were asked about. */
  readonly parents: Map<number, number | undefined>;
}

/** How far back a directory is looked for, in inodes, and how many are searched. */
const NEAR_INODES = 4_096;
const NEAR_DIRECTORIES = 24;

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

/** Those of the inodes that are directories in use. */
export function* directoriesOf({ table }: Filesystem, inodes: Iterable<number>): Generator<number> {
  for (const ino of inodes) {
    const inode = table.slot(ino);
    if (table.isWritten(ino) && isLive(inode) && typeOf(inode) === 'directory') yield ino;
  }
}

/** Adds a directory's parent, that one's parent, and so on. */
function leadTo(search: Search, directory: number): void {
  const { next, leading } = search;
  let ino = directory;
  while (ino !== ROOT_INODE) {
    const parent = parentIn(search, ino);
    if (parent === undefined) {
      throw corrupt(next.volume.name, `directory with inode ${ino} has no ".."`);
    }
    if (leading.has(parent)) return;
    leading.add(parent);
    ino = parent;
  }
}

/** A directory that did not change is where it was. */
function parentIn(search: Search, directory: number): number | undefined {
  const { next, parents, changed, index } = search;
  if (!parents.has(directory)) {
    const [known] = changed.has(directory) ? [] : (index?.holders(directory) ?? []);
    parents.set(directory, known ?? parentOf(next.volume, next.table.inode(directory)));
  }
  return parents.get(directory);
}

function searchIndexed(search: Search, ino: number): void {
  const { next, index } = search;
  for (const directory of directoriesOf(next, index?.holders(ino) ?? [])) {
    searchDirectory(search, directory);
  }
}

function searchBefore(search: Search, ino: number): void {
  let left = NEAR_DIRECTORIES;
  for (const directory of directoriesOf(search.next, countdown(ino - 1))) {
    if (left === 0 || !search.links.has(ino)) return;
    if (left === NEAR_DIRECTORIES) searchUpwards(search, directory, ino);
    else searchDirectory(search, directory);
    left -= 1;
  }
}

function* countdown(from: number): Generator<number> {
  const end = Math.max(ROOT_INODE, from - NEAR_INODES);
  for (let ino = from; ino >= end; ino -= 1) yield ino;
}

/** Searches a directory and those above it for the names of an inode. */
function searchUpwards(search: Search, directory: number, ino: number): void {
  const { next, links } = search;
  const passed = new Set<number>();
  for (let at: number | undefined = directory; at !== undefined && !passed.has(at); ) {
    if (!links.has(ino) || typeOf(next.table.inode(at)) !== 'directory') return;
    searchDirectory(search, at);
    passed.add(at);
    at = parentIn(search, at);
  }
}

function searchDirectory(search: Search, directory: number): void {
  const { next, links, leading, searched } = search;
  if (searched.has(directory)) return;
  searched.add(directory);
  let isFound = false;
  visitDirectory(next.volume, next.table.inode(directory), (ino) => {
    const left = links.get(ino);
    if (left === undefined) return;
    isFound = true;
    if (left > 1) links.set(ino, left - 1);
    else links.delete(ino);
  });
  if (!isFound || leading.has(directory)) return;
  leading.add(directory);
  leadTo(search, directory);
}

/** One of the inodes that a directory not among them has a name for, if there is one. */
export function namedAmong(next: Filesystem, inodes: ReadonlySet<number>): number | undefined {
  let found: number | undefined;
  for (const directory of directoriesOf(next, writtenInodes(next.volume))) {
    if (inodes.has(directory)) continue;
    visitDirectory(next.volume, next.table.inode(directory), (ino) => {
      if (inodes.has(ino)) found = ino;
    });
    if (found !== undefined) break;
  }
  return found;
}
