import { corrupt } from '../block/faults.ts';
import type { BlockMap, Extent } from './block-map.ts';
import { type Inode, lengthOf, MAP_AT } from './inode.ts';
import type { Volume } from './volume.ts';

const DIRECT = 12;
const LEVELS = [1, 2, 3] as const;

interface Reading {
  readonly volume: Volume;
  readonly inode: Inode;
  readonly extents: { -readonly [K in keyof Extent]: Extent[K] }[];
  readonly ownBlocks: Set<number>;
  /** Blocks found. */
  total: number;
  /** Blocks that the file's length asks for: what the map says of later ones is left unread. */
  readonly wanted: number;
}

/**
 * Reads the block map of ext2 and ext3. Source: ext4/ifork.rst, "Direct/Indirect Block Addressing".
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function indirectBlocks(volume: Volume, inode: Inode): BlockMap {
  const { blockSize } = volume.superblock;
  const wanted = Math.ceil(lengthOf(inode) / blockSize);
  const reading: Reading = { volume, inode, extents: [], ownBlocks: new Set(), total: 0, wanted };
  const { bytes, at } = inode;
  for (let i = 0; i < DIRECT; i += 1) addBlock(reading, i, bytes.readUInt32LE(at + MAP_AT + 4 * i));
  let logical = DIRECT;
  for (const level of LEVELS) {
    const root = bytes.readUInt32LE(at + MAP_AT + 4 * (DIRECT + level - 1));
    readPointers(reading, logical, root, level);
    logical += (blockSize / 4) ** level;
  }
  return { extents: reading.extents, ownBlocks: [...reading.ownBlocks] };
}

function readPointers(reading: Reading, first: number, block: number, level: number): void {
  if (block === 0 || first >= reading.wanted) return;
  const { volume, ownBlocks } = reading;
  if (ownBlocks.has(block)) throw broken(reading, `block ${block} is there twice`);
  ownBlocks.add(block);
  const pointers = volume.block(block);
  const span = (volume.superblock.blockSize / 4) ** (level - 1);
  for (let at = 0, logical = first; at < pointers.length; at += 4, logical += span) {
    const pointer = pointers.readUInt32LE(at);
    if (level === 1) addBlock(reading, logical, pointer);
    else readPointers(reading, logical, pointer, level - 1);
  }
}

function addBlock(reading: Reading, logical: number, physical: number): void {
  if (physical === 0 || logical >= reading.wanted) return;
  const { extents, volume } = reading;
  const { blocks, firstBlock } = volume.superblock;
  if (physical < firstBlock || physical >= blocks) {
    throw broken(reading, `block ${physical} of ${blocks}`);
  }
  reading.total += 1;
  if (reading.total > blocks) throw broken(reading, `more than the ${blocks} blocks there are`);
  const last = extents.at(-1);
  const follows =
    last?.logical === logical - (last?.length ?? 0) && last.physical + last.length === physical;
  if (last !== undefined && follows) last.length += 1;
  else extents.push({ logical, length: 1, physical, isUnwritten: false });
}

function broken({ volume, inode }: Reading, what: string): Error {
  return corrupt(volume.name, `inode ${inode.ino}: block map: ${what}`);
}
