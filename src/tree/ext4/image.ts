/**
 * Reads ext2, ext3 and ext4 filesystems in image files, without mounting and without root.
 *
 * An image is never trusted: whatever its bytes say, the answer is a tree or one `TreeError`.
 *
 * @module
 */

import { fileSource } from '../block/file.ts';
import type { BlockSource } from '../block/source.ts';
import { type Entry, type Tree, TreeError } from '../tree.ts';
import { fileContents } from './contents.ts';
import { inodeTable } from './inode-table.ts';
import { volume as openVolume } from './volume.ts';
import { walk } from './walk.ts';
import { readXattrs } from './xattrs.ts';

export interface ImageTree extends Tree {
  /** The filesystem's UUID. */
  readonly uuid: string;
  readonly blockSize: number;
}

/**
 * Opens an image file as a tree.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`, `IMAGE_UNSUPPORTED`, `TREE_UNREADABLE`
 */
export function openImage(path: string): ImageTree {
  const source = fileSource(path);
  try {
    return imageTree(source);
  } catch (error) {
    source.close();
    throw error;
  }
}

function imageTree(source: BlockSource): ImageTree {
  const volume = openVolume(source);
  const table = inodeTable(volume);
  return {
    name: source.name,
    uuid: volume.superblock.uuid,
    blockSize: volume.superblock.blockSize,
    entries: () => walk(volume, table),
    contents: (entry) => fileContents(volume, table.inode(fileInode(source.name, entry))),
    xattrs: ({ ino }) => readXattrs(volume, table.inode(ino), table),
    close: () => source.close(),
  };
}

function fileInode(name: string, { path, type, ino }: Entry): number {
  if (type === 'file') return ino;
  throw new TreeError(`Cannot read "${path}" in "${name}": it is a ${type}, not a file`, {
    kind: 'usage',
    code: 'TREE_NO_CONTENT',
    hint: 'Ask for the contents of regular files only.',
  });
}
