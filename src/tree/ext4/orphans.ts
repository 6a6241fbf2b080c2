import { fileContents } from './contents.ts';
import type { Filesystem } from './filesystem.ts';
import { lengthOf, nextOrphanOf } from './inode.ts';

/** Each block of the orphan file ends in a magic number and a checksum. */
const TAIL = 8;

/**
 * Inodes that were deleted, or being cut shorter, while a program had them open: they may hold
 * blocks though no path leads to them. Sources: ext4/orphan.rst, ext4/super.rst `s_last_orphan`.
 */
export function orphanInodes(filesystem: Filesystem): Set<number> {
  const { volume, table } = filesystem;
  const { lastOrphan, inodes, orphanFileInode } = volume.superblock;
  const found = new Set<number>();
  for (let ino = lastOrphan; ino > 0 && ino <= inodes && !found.has(ino); ) {
    found.add(ino);
    ino = nextOrphanOf(table.slot(ino));
  }
  if (orphanFileInode === 0) return found;
  for (const ino of orphanFileEntries(filesystem, orphanFileInode)) {
    if (ino > 0 && ino <= inodes) found.add(ino);
  }
  return found;
}

function* orphanFileEntries({ volume, table }: Filesystem, ino: number): Generator<number> {
  const { blockSize } = volume.superblock;
  const inode = table.inode(ino);
  const contents = fileContents(volume, inode);
  const block = Buffer.alloc(blockSize);
  const length = Math.min(lengthOf(inode), volume.superblock.blocks * blockSize);
  for (let offset = 0; offset < length; offset += blockSize) {
    contents.read(block, offset);
    for (let at = 0; at < blockSize - TAIL; at += 4) yield block.readUInt32LE(at);
  }
}
