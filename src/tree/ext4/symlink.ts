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
  const target = isShort(inode, length) ? shortTarget(inode, length) : longTarget(volume, inode);
  if (target.includes('\0')) {
    throw corrupt(volume.name, `inode ${inode.ino}: a symlink with a zero byte`);
  }
  return target;
}

function isShort(inode: Inode, length: number): boolean {
  return length < MAP_LENGTH && !hasFlag(inode, INODE_FLAG.extents | INODE_FLAG.inlineData);
}

function shortTarget({ bytes, at }: Inode, length: number): BytePath {
  return bytes.toString('latin1', at + MAP_AT, at + MAP_AT + length);
}

function longTarget(volume: Volume, inode: Inode): BytePath {
  const target = Buffer.alloc(lengthOf(inode));
  fileContents(volume, inode).read(target, 0);
  return target.toString('latin1');
}
