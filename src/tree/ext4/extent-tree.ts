import { corrupt } from '../block/faults.ts';
import type { BlockMap, Extent } from './block-map.ts';
import { crc32c } from './crc.ts';
import { type Inode, MAP_AT, MAP_LENGTH } from './inode.ts';
import { seedOf } from './inode-table.ts';
import type { Volume } from './volume.ts';

const MAGIC = 0xf30a;
const HEADER = 12;
const RECORD = 12;
const MAX_DEPTH = 5;
const LONGEST_WRITTEN = 32_768;

/** A node of the tree, and what may be in it. */
interface Node {
  readonly bytes: Buffer;
  readonly at: number;
  readonly room: number;
  readonly depth: number | undefined;
}

interface Reading {
  readonly volume: Volume;
  readonly inode: Inode;
  readonly extents: Extent[];
  readonly ownBlocks: Set<number>;
  /** The first logical block that the next record may start with. */
  next: number;
  /** Blocks in all extents. */
  total: number;
}

/**
 * Reads a tree of extents. Source: ext4/ifork.rst, "Extent Tree".
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function extentTree(volume: Volume, inode: Inode): BlockMap {
  const reading: Reading = { volume, inode, extents: [], ownBlocks: new Set(), next: 0, total: 0 };
  const { bytes, at } = inode;
  readNode(reading, { bytes, at: at + MAP_AT, room: MAP_LENGTH, depth: undefined });
  return { extents: reading.extents, ownBlocks: [...reading.ownBlocks] };
}

function readNode(reading: Reading, node: Node): void {
  const { bytes, at } = node;
  const { count, depth } = readHeader(reading, node);
  for (let i = 0; i < count; i += 1) {
    const record = at + HEADER + i * RECORD;
    const logical = bytes.readUInt32LE(record);
    if (logical < reading.next) throw broken(reading, `block ${logical} is out of order`);
    if (depth === 0) readLeaf(reading, bytes, record, logical);
    else readChild(reading, bytes, record, depth - 1);
  }
}

function readHeader(reading: Reading, { bytes, at, room, depth }: Node) {
  const count = bytes.readUInt16LE(at + 2);
  const most = bytes.readUInt16LE(at + 4);
  const found = bytes.readUInt16LE(at + 6);
  if (bytes.readUInt16LE(at) !== MAGIC) throw broken(reading, 'a node has no magic number');
  if (found > MAX_DEPTH || found !== (depth ?? found)) throw broken(reading, `depth ${found}`);
  if (count > most || HEADER + most * RECORD > room) {
    throw broken(reading, `${count} of ${most} records in ${room} bytes`);
  }
  return { count, depth: found };
}

function readLeaf(reading: Reading, bytes: Buffer, record: number, logical: number): void {
  const stored = bytes.readUInt16LE(record + 4);
  const isUnwritten = stored > LONGEST_WRITTEN;
  const length = isUnwritten ? stored - LONGEST_WRITTEN : stored;
  const physical = bytes.readUInt16LE(record + 6) * 2 ** 32 + bytes.readUInt32LE(record + 8);
  const { firstBlock, blocks } = reading.volume.superblock;
  if (length === 0 || physical < firstBlock || physical + length > blocks) {
    throw broken(reading, `${length} blocks at ${physical} of ${blocks}`);
  }
  reading.extents.push({ logical, length, physical, isUnwritten });
  reading.next = logical + length;
  reading.total += length;
  if (reading.total > blocks) throw broken(reading, `more than the ${blocks} blocks there are`);
}

function readChild(reading: Reading, bytes: Buffer, record: number, depth: number): void {
  const { volume, ownBlocks } = reading;
  const block = bytes.readUInt16LE(record + 8) * 2 ** 32 + bytes.readUInt32LE(record + 4);
  if (ownBlocks.has(block)) throw broken(reading, `node ${block} is there twice`);
  ownBlocks.add(block);
  const child = volume.block(block);
  readNode(reading, { bytes: child, at: 0, room: child.length, depth });
  verifyNode(reading, child, block);
}

/** The checksum follows the last possible record. */
function verifyNode({ volume, inode }: Reading, node: Buffer, block: number): void {
  if (!volume.hasChecksums) return;
  const tail = HEADER + node.readUInt16LE(4) * RECORD;
  if (tail + 4 > node.length) return;
  const found = crc32c(seedOf(inode, volume.superblock.seed), node, 0, tail);
  const stored = node.readUInt32LE(tail);
  if (found !== stored) {
    throw corrupt(
      volume.name,
      `inode ${inode.ino}: checksum of extent block ${block} is ${found}, stored is ${stored}`,
    );
  }
}

function broken({ volume, inode }: Reading, what: string): Error {
  return corrupt(volume.name, `inode ${inode.ino}: extent tree: ${what}`);
}
