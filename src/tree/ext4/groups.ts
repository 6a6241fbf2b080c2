import { corrupt } from '../block/faults.ts';
import type { BlockSource } from '../block/source.ts';
import { crc16, crc32c, crc32cOfNumber } from './crc.ts';
import { COMPAT, INCOMPAT, RO_COMPAT } from './features.ts';
import type { Superblock } from './superblock.ts';

/** The block groups, as columns by group number. Source: ext4/group_descr.rst. */
export interface Groups {
  /** First block of each inode table. */
  readonly inodeTables: Float64Array;
  readonly blockBitmaps: Float64Array;
  readonly inodeBitmaps: Float64Array;
  readonly blockBitmapChecksums: Uint32Array;
  /** How many inodes of the group, from its first, may have been used. */
  readonly usedInodes: Uint32Array;
  /** 1 where the block bitmap was never written: only metadata lies there. */
  readonly bitmapUnwritten: Uint8Array;
  /** Blocks of the table of descriptors. */
  readonly descriptorBlocks: number;
}

const INODES_UNINIT = 1;
const BLOCKS_UNINIT = 2;
const CHECKSUM_AT = 0x1e;
const DESCRIPTOR_WITH_HIGH_HALVES = 64;

/** @throws {TreeError} `IMAGE_CORRUPT` */
export function readGroups(source: BlockSource, superblock: Superblock): Groups {
  const { groups, descriptorSize } = superblock;
  const table = readTable(source, superblock);
  const columns = emptyColumns(groups, table.length / superblock.blockSize);
  for (let group = 0; group < groups; group += 1) {
    const at = group * descriptorSize;
    verifyDescriptor(source.name, superblock, group, table.subarray(at, at + descriptorSize));
    fillGroup(columns, superblock, group, table, at);
    checkGroup(source.name, columns, superblock, group);
  }
  return columns;
}

/** Whether a group begins with a copy of the superblock and the descriptors. */
export function hasBackup(superblock: Superblock, group: number): boolean {
  const { compat, roCompat, backupGroups } = superblock;
  if (group === 0) return true;
  if ((compat & COMPAT.sparseSuper2) !== 0) return backupGroups.includes(group);
  if (group === 1 || (roCompat & RO_COMPAT.sparseSuper) === 0) return true;
  return [3, 5, 7].some((base) => isPowerOf(base, group));
}

function readTable(source: BlockSource, superblock: Superblock): Buffer {
  const { blockSize, blocks, groups, descriptorSize } = superblock;
  const count = Math.ceil((groups * descriptorSize) / blockSize);
  if (count > blocks) throw corrupt(source.name, `${groups} groups do not fit in ${blocks} blocks`);
  const table = Buffer.alloc(count * blockSize);
  for (let i = 0; i < count; i += 1) {
    const block = descriptorBlock(superblock, i);
    if (block >= blocks) throw corrupt(source.name, `descriptors in block ${block} of ${blocks}`);
    source.read(table.subarray(i * blockSize, (i + 1) * blockSize), block * blockSize);
  }
  return table;
}

/** Where block `index` of the descriptors lies: after the superblock, or in its own meta group. */
export function descriptorBlock(superblock: Superblock, index: number): number {
  const { incompat, firstMetaGroup, firstBlock, blockSize, blocksPerGroup, descriptorSize } =
    superblock;
  if ((incompat & INCOMPAT.metaBg) === 0 || index < firstMetaGroup) {
    return Math.floor(1_024 / blockSize) + 1 + index;
  }
  const group = index * (blockSize / descriptorSize);
  return firstBlock + group * blocksPerGroup + (hasBackup(superblock, group) ? 1 : 0);
}

type Columns = { -readonly [K in keyof Groups]: Groups[K] };

function emptyColumns(groups: number, descriptorBlocks: number): Columns {
  return {
    inodeTables: new Float64Array(groups),
    blockBitmaps: new Float64Array(groups),
    inodeBitmaps: new Float64Array(groups),
    blockBitmapChecksums: new Uint32Array(groups),
    usedInodes: new Uint32Array(groups),
    bitmapUnwritten: new Uint8Array(groups),
    descriptorBlocks,
  };
}

function fillGroup(
  columns: Columns,
  { roCompat, descriptorSize, inodesPerGroup }: Superblock,
  group: number,
  table: Buffer,
  at: number,
): void {
  const isWide = descriptorSize >= DESCRIPTOR_WITH_HIGH_HALVES;
  const block = (low: number, high: number) =>
    table.readUInt32LE(at + low) + (isWide ? table.readUInt32LE(at + high) * 2 ** 32 : 0);
  const half = (low: number, high: number) =>
    table.readUInt16LE(at + low) + (isWide ? table.readUInt16LE(at + high) * 2 ** 16 : 0);
  const tracksUse = (roCompat & (RO_COMPAT.gdtCsum | RO_COMPAT.metadataCsum)) !== 0;
  const flags = tracksUse ? table.readUInt16LE(at + 0x12) : 0;
  const unused = tracksUse ? half(0x1c, 0x32) : 0;
  columns.blockBitmaps[group] = block(0, 0x20);
  columns.inodeBitmaps[group] = block(4, 0x24);
  columns.inodeTables[group] = block(8, 0x28);
  columns.blockBitmapChecksums[group] = half(0x18, 0x38);
  columns.bitmapUnwritten[group] = (flags & BLOCKS_UNINIT) !== 0 ? 1 : 0;
  columns.usedInodes[group] =
    (flags & INODES_UNINIT) !== 0 ? 0 : Math.max(0, inodesPerGroup - unused);
}

function checkGroup(
  name: string,
  { inodeTables, blockBitmaps, inodeBitmaps }: Groups,
  { blocks, firstBlock, inodesPerGroup, inodeSize, blockSize }: Superblock,
  group: number,
): void {
  const tableBlocks = Math.ceil((inodesPerGroup * inodeSize) / blockSize);
  const runs = [
    [inodeTables[group], tableBlocks, 'inode table'],
    [blockBitmaps[group], 1, 'block bitmap'],
    [inodeBitmaps[group], 1, 'inode bitmap'],
  ] as const;
  for (const [start = 0, length, what] of runs) {
    if (start < firstBlock || start + length > blocks) {
      throw corrupt(name, `group ${group}: its ${what} is at block ${start} of ${blocks}`);
    }
  }
}

function verifyDescriptor(
  name: string,
  superblock: Superblock,
  group: number,
  descriptor: Buffer,
): void {
  const found = descriptorChecksum(superblock, group, descriptor);
  const stored = descriptor.readUInt16LE(CHECKSUM_AT);
  if (found !== undefined && found !== stored) {
    throw corrupt(name, `descriptor of group ${group}: checksum is ${found}, stored is ${stored}`);
  }
}

function descriptorChecksum(
  { roCompat, seed, uuid }: Superblock,
  group: number,
  descriptor: Buffer,
): number | undefined {
  if ((roCompat & RO_COMPAT.metadataCsum) !== 0) {
    const blank = Buffer.from(descriptor);
    blank.writeUInt16LE(0, CHECKSUM_AT);
    return crc32c(crc32cOfNumber(seed, group), blank) & 0xffff;
  }
  if ((roCompat & RO_COMPAT.gdtCsum) === 0) return undefined;
  const number = Buffer.alloc(4);
  number.writeUInt32LE(group);
  const parts = [
    Buffer.from(uuid.replaceAll('-', ''), 'hex'),
    number,
    descriptor.subarray(0, CHECKSUM_AT),
    descriptor.subarray(CHECKSUM_AT + 2),
  ];
  return parts.reduce((crc, part) => crc16(crc, part), 0xffff);
}

function isPowerOf(base: number, value: number): boolean {
  let power = base;
  while (power < value) power *= base;
  return power === value;
}
