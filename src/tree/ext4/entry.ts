import { corrupt } from '../block/faults.ts';
import type { BytePath, Entry } from '../tree.ts';
import {
  deviceOf,
  gidOf,
  type Inode,
  isLive,
  lengthOf,
  linksOf,
  modeOf,
  typeOf,
  uidOf,
} from './inode.ts';
import { readTarget } from './symlink.ts';
import { ctimeOf, mtimeOf } from './times.ts';
import type { Volume } from './volume.ts';

/** Logical block numbers have 32 bits. */
const MOST_BLOCKS = 2 ** 32;

/**
 * What a path's inode says.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function toEntry(volume: Volume, path: BytePath, inode: Inode): Entry {
  const type = typeOf(inode);
  if (type === undefined || !isLive(inode)) {
    throw corrupt(volume.name, `inode ${inode.ino} of "${path}" is not in use`);
  }
  const entry = {
    path,
    type,
    mode: modeOf(inode),
    uid: uidOf(inode),
    gid: gidOf(inode),
    size: type === 'file' ? fileLength(volume, inode) : 0,
    mtime: mtimeOf(inode),
    ctime: ctimeOf(inode),
    ino: inode.ino,
    nlink: linksOf(inode),
  };
  if (type === 'symlink') return { ...entry, target: readTarget(volume, inode) };
  return type === 'char' || type === 'block' ? { ...entry, ...deviceOf(inode) } : entry;
}

function fileLength(volume: Volume, inode: Inode): number {
  const length = lengthOf(inode);
  if (length > MOST_BLOCKS * volume.superblock.blockSize) {
    throw corrupt(volume.name, `inode ${inode.ino} has ${length} bytes`);
  }
  return length;
}
