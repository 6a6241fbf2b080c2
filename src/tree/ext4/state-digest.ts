import { createHash } from 'node:crypto';
import { descriptorBlock } from './groups.ts';
import { SUPERBLOCK_AT, SUPERBLOCK_LENGTH } from './superblock.ts';
import type { Volume } from './volume.ts';

/**
 * Names the state that a filesystem is in, from a few blocks: the SHA-256 of its superblock and group
 * descriptors, with the journal replayed. Whatever mounts it for writing, and every tool that writes to
 * it, leaves its time in the superblock; two filesystems of one UUID and one time are copies.
 *
 * @returns `sha256:` and 64 hexadecimal digits.
 * @throws {TreeError} `TREE_UNREADABLE`
 */
export function stateDigest(volume: Volume): string {
  const { source, superblock, groups, block } = volume;
  const hash = createHash('sha256').update('ext4 superblock and descriptors\n');
  const bytes = Buffer.alloc(SUPERBLOCK_LENGTH);
  source.read(bytes, SUPERBLOCK_AT);
  hash.update(bytes);
  for (let i = 0; i < groups.descriptorBlocks; i += 1) {
    hash.update(block(descriptorBlock(superblock, i)));
  }
  return `sha256:${hash.digest('hex')}`;
}
