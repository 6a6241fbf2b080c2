import { corrupt } from '../block/faults.ts';
import { readAhead } from '../block/read-ahead.ts';
import type { BlockSource } from '../block/source.ts';
import { RO_COMPAT } from './features.ts';
import { type Groups, readGroups } from './groups.ts';
import { readSuperblock, type Superblock } from './superblock.ts';

/** A filesystem whose superblock and group descriptors are read and checked. */
export interface Volume {
  /** How messages name it. */
  readonly name: string;
  readonly source: BlockSource;
  readonly superblock: Superblock;
  readonly groups: Groups;
  /** Whether its metadata carries CRC-32C checksums. */
  readonly hasChecksums: boolean;
  /**
   * Fills `target` from the start of `block` on.
   *
   * @throws {TreeError} `IMAGE_CORRUPT` where that lies outside of the filesystem.
   */
  read(target: Uint8Array, block: number): void;
  /** Likewise; faster where other small reads close by follow. */
  readNear(target: Uint8Array, block: number): void;
  /** One block, in memory of its own. */
  block(block: number): Buffer;
}

/** @throws {TreeError} `IMAGE_CORRUPT`, `IMAGE_UNSUPPORTED`, `TREE_UNREADABLE` */
export function volume(source: BlockSource): Volume {
  const { name } = source;
  const superblock = readSuperblock(source);
  const { blocks, blockSize, roCompat } = superblock;
  const checked = (reader: BlockSource['read']) => (target: Uint8Array, block: number) => {
    if (block < 0 || block * blockSize + target.length > blocks * blockSize) {
      throw corrupt(name, `block ${block} of ${blocks} is asked for`);
    }
    reader(target, block * blockSize);
  };
  const read = checked(source.read);
  return {
    name,
    source,
    superblock,
    groups: readGroups(source, superblock),
    hasChecksums: (roCompat & RO_COMPAT.metadataCsum) !== 0,
    read,
    readNear: checked(readAhead(source)),
    block: (block) => {
      const bytes = Buffer.allocUnsafe(blockSize);
      read(bytes, block);
      return bytes;
    },
  };
}
