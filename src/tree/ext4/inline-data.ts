import { corrupt } from '../block/faults.ts';
import { type Inode, MAP_AT, MAP_LENGTH } from './inode.ts';
import type { Volume } from './volume.ts';
import { inlineTail } from './xattr-region.ts';

/**
 * Data that lies in the inode itself: its first 60 bytes where the block map would be, the rest in
 * an attribute. Source: ext4/inlinedata.rst.
 *
 * @param length How many bytes the inode says it has.
 * @throws {TreeError} `IMAGE_CORRUPT` when there are fewer.
 */
export function inlineData(volume: Volume, inode: Inode, length: number): Buffer {
  const { bytes, at } = inode;
  const head = bytes.subarray(at + MAP_AT, at + MAP_AT + MAP_LENGTH);
  const data = Buffer.concat([head, inlineTail(volume, inode)]);
  if (length > data.length) {
    throw corrupt(
      volume.name,
      `inode ${inode.ino}: ${length} bytes of inline data in ${data.length}`,
    );
  }
  return data.subarray(0, length);
}
