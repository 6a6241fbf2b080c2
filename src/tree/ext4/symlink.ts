import { corrupt } from '../block/faults.ts';
import type { BytePath } from '../tree.ts';
import { fileContents } from './contents.ts';
import { hasFlag, INODE_FLAG, type Inode, lengthOf, MAP_AT, MAP_LENGTH } from './inode.ts';
import type { Volume } from './volume.ts';

/**
 * Where a symlink points: short targets lie in the inode, longer ones in one block.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function readTarget(volume: Volume, inode: Inode): BytePath {
  const length = lengthOf(inode);
  if (length === 0 || length > volume.superblock.blockSize) {
    throw corrupt(volume.name, `inode ${inode.ino}: a symlink of ${length} bytes`);
  }
  const target = isShortSymlink(inode) ? shortTarget(inode, length) : longTarget(volume, inode);
  if (target.includes('\0')) {
    throw corrupt(volume.name, `inode ${inode.ino}: a symlink with a zero byte`);
  }
  return target;
}

/** Whether a symlink has no block of its own. */
export function isShortSymlink(inode: Inode): boolean {
  return (
    lengthOf(inode) < MAP_LENGTH && !hasFlag(inode, INODE_FLAG.extents | INODE_FLAG.inlineData)
  );
}

function shortTarget({ bytes, at }: Inode, length: number): BytePath {
  return bytes.toString('latin1', at + MAP_AT, at + MAP_AT + length);
}

function longTarget(volume: Volume, inode: Inode): BytePath {
  const target = Buffer.alloc(lengthOf(inode));
  fileContents(volume, inode).read(target, 0);
  return target.toString('latin1');
}
