/**
 * Reads ext2, ext3 and ext4 filesystems in image files, without mounting and without root.
 *
 * An image is never trusted: whatever its bytes say, the answer is a tree or one `TreeError`.
 *
 * @module
 */

import { openSource } from '../block/open.ts';
import type { BlockSource } from '../block/source.ts';
import { type BytePath, type Entry, type Tree, TreeError } from '../tree.ts';
import { fileContents } from './contents.ts';
import { type Filesystem, openFilesystem } from './filesystem.ts';
import { type Inode, ROOT_INODE } from './inode.ts';
import { pathLookup } from './lookup.ts';
import { crtimeOf } from './times.ts';
import { walk } from './walk.ts';
import { readXattrs } from './xattrs.ts';

export interface ImageOptions {
  /** A UML COW file or qcow2 overlay of the image: the tree is what the guest sees through it. */
  readonly cow?: string;
  /** Number of the partition with the filesystem. Default: the only one that has one. */
  readonly partition?: number;
}

export interface ImageTree extends Tree {
  /** The filesystem's UUID. */
  readonly uuid: string;
  readonly blockSize: number;
  /** `INO:BIRTH` of the root, as a live directory has it; undefined where inodes have no birth time. */
  readonly identity?: string;
  /** The entry at a path, or undefined where there is none. */
  lookup(path: BytePath): Entry | undefined;
  readonly filesystem: Filesystem;
}

/**
 * Opens an image file as a tree: raw, a UML COW file or qcow2, whole or partitioned.
 *
 * A journal that was not replayed is replayed in memory; nothing is ever written.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`, `IMAGE_UNSUPPORTED`, `COW_MISMATCH`, `TREE_UNREADABLE`
 */
export function openImage(path: string, { cow, partition }: ImageOptions = {}): ImageTree {
  const source = cow === undefined ? openSource(path) : openSource(cow, { base: path });
  try {
    return imageTree(source, partition);
  } catch (error) {
    source.close();
    throw error;
  }
}

/** Opens what a source holds as a tree; closing the tree closes the source. */
export function imageTree(source: BlockSource, partition?: number): ImageTree {
  const filesystem = openFilesystem(source, partition);
  const { volume, table } = filesystem;
  const { name } = source;
  return {
    name,
    uuid: volume.superblock.uuid,
    blockSize: volume.superblock.blockSize,
    ...identityOf(table.inode(ROOT_INODE)),
    filesystem,
    lookup: pathLookup(filesystem),
    entries: () => walk(volume, table),
    contents: (entry) => fileContents(volume, table.inode(fileInode(name, entry))),
    xattrs: ({ ino }) => readXattrs(volume, table.inode(ino), table),
    close: () => volume.source.close(),
  };
}

function identityOf(root: Inode): { identity?: string } {
  const birth = crtimeOf(root);
  return birth === 0n ? {} : { identity: `${root.ino}:${birth}` };
}

function fileInode(name: string, { path, type, ino }: Entry): number {
  if (type === 'file') return ino;
  throw new TreeError(`Cannot read "${path}" in "${name}": it is a ${type}, not a file`, {
    kind: 'usage',
    code: 'TREE_NO_CONTENT',
    hint: 'Ask for the contents of regular files only.',
  });
}
