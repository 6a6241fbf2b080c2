import { corrupt, unsupported } from '../block/faults.ts';
import type { BlockSource } from '../block/source.ts';
import { crc32c } from './crc.ts';
import { COMPAT, INCOMPAT, RO_COMPAT, refusedFeatures } from './features.ts';

/** What one filesystem says of itself. Source: Documentation/filesystems/ext4/super.rst. */
export interface Superblock {
  /** 32 hexadecimal digits in the usual five groups. */
  readonly uuid: string;
  readonly blockSize: number;
  /** Blocks in the whole filesystem. */
  readonly blocks: number;
  readonly inodes: number;
  readonly firstBlock: number;
  readonly blocksPerGroup: number;
  /** Blocks that one bit of a block bitmap stands for; more than 1 under `bigalloc`. */
  readonly clusterBlocks: number;
  readonly inodesPerGroup: number;
  readonly inodeSize: number;
  /** The first inode number that files get. */
  readonly firstInode: number;
  readonly groups: number;
  readonly descriptorSize: number;
  readonly firstMetaGroup: number;
  readonly reservedDescriptorBlocks: number;
  /** Groups with a copy of the superblock under `sparse_super2`. */
  readonly backupGroups: readonly [number, number];
  readonly compat: number;
  readonly incompat: number;
  readonly roCompat: number;
  readonly journalInode: number;
  readonly projectQuotaInode: number;
  readonly orphanFileInode: number;
  /** First of the linked list of inodes that were deleted while open, or 0. */
  readonly lastOrphan: number;
  readonly mmpBlock: number;
  /** Where all metadata checksums begin. */
  readonly seed: number;
}

/** Where it lies in a filesystem, and how long it is: bytes. */
export const SUPERBLOCK_AT = 1_024;
export const SUPERBLOCK_LENGTH = 1_024;
const MAGIC = 0xef53;
const CRC32C = 1;
const MAX_DESCRIPTOR = 1_024;

/** Whether the bytes at a filesystem's start look like an ext2, ext3 or ext4 superblock. */
export function hasSuperblock(source: BlockSource): boolean {
  return (
    source.size >= SUPERBLOCK_AT + SUPERBLOCK_LENGTH &&
    readBytes(source).readUInt16LE(0x38) === MAGIC
  );
}

/**
 * Reads and checks the primary superblock.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`, or `IMAGE_UNSUPPORTED` with the names of unknown features.
 */
export function readSuperblock(source: BlockSource): Superblock {
  if (!hasSuperblock(source))
    throw corrupt(source.name, 'it holds no ext2, ext3 or ext4 filesystem');
  const bytes = readBytes(source);
  const refused = refusedFeatures(bytes.readUInt32LE(0x60));
  if (refused.length > 0) throw unknownFeatures(source.name, refused);
  const superblock = parse(bytes);
  verifyChecksum(source.name, bytes, superblock);
  const fault = findFault(superblock, bytes, source.size);
  if (fault !== undefined) throw corrupt(source.name, `superblock: ${fault}`);
  return superblock;
}

function readBytes(source: BlockSource): Buffer {
  const bytes = Buffer.alloc(SUPERBLOCK_LENGTH);
  source.read(bytes, SUPERBLOCK_AT);
  return bytes;
}

function parse(bytes: Buffer): Superblock {
  return { ...parseFeatures(bytes), ...parseShape(bytes), ...parseReferences(bytes) };
}

function parseFeatures(bytes: Buffer) {
  return {
    uuid: toUuid(bytes.subarray(0x68, 0x78)),
    compat: bytes.readUInt32LE(0x5c),
    incompat: bytes.readUInt32LE(0x60),
    roCompat: bytes.readUInt32LE(0x64),
  };
}

/** Sizes and counts; the exponents are cut to what `2 **` can stand, for the checks that follow. */
function parseShape(bytes: Buffer) {
  const { incompat, roCompat } = parseFeatures(bytes);
  const has64 = (incompat & INCOMPAT.bit64) !== 0;
  const isOld = bytes.readUInt32LE(0x4c) === 0;
  const blocks = bytes.readUInt32LE(4) + (has64 ? bytes.readUInt32LE(0x150) * 2 ** 32 : 0);
  const firstBlock = bytes.readUInt32LE(0x14);
  const blocksPerGroup = bytes.readUInt32LE(0x20);
  const logBlock = Math.min(bytes.readUInt32LE(0x18), 30);
  const logCluster = Math.min(bytes.readUInt32LE(0x1c), 30);
  return {
    blockSize: 2 ** (10 + logBlock),
    blocks,
    inodes: bytes.readUInt32LE(0),
    firstBlock,
    blocksPerGroup,
    clusterBlocks: (roCompat & RO_COMPAT.bigalloc) !== 0 ? 2 ** (logCluster - logBlock) : 1,
    inodesPerGroup: bytes.readUInt32LE(0x28),
    inodeSize: isOld ? 128 : bytes.readUInt16LE(0x58),
    firstInode: isOld ? 11 : bytes.readUInt32LE(0x54),
    groups: Math.ceil((blocks - firstBlock) / blocksPerGroup),
    descriptorSize: has64 ? bytes.readUInt16LE(0xfe) : 32,
    firstMetaGroup: bytes.readUInt32LE(0x104),
    reservedDescriptorBlocks: bytes.readUInt16LE(0xce),
  };
}

/** What the superblock refers to, 0 where a feature is not in use. */
function parseReferences(bytes: Buffer) {
  const { compat, incompat, roCompat } = parseFeatures(bytes);
  const hasSeed = (incompat & INCOMPAT.csumSeed) !== 0;
  return {
    backupGroups: [bytes.readUInt32LE(0x24c), bytes.readUInt32LE(0x250)] as const,
    journalInode: (compat & COMPAT.hasJournal) !== 0 ? bytes.readUInt32LE(0xe0) : 0,
    projectQuotaInode: (roCompat & RO_COMPAT.project) !== 0 ? bytes.readUInt32LE(0x26c) : 0,
    orphanFileInode: (compat & COMPAT.orphanFile) !== 0 ? bytes.readUInt32LE(0x280) : 0,
    lastOrphan: bytes.readUInt32LE(0xe8),
    mmpBlock: (incompat & INCOMPAT.mmp) !== 0 ? Number(bytes.readBigUInt64LE(0x168)) : 0,
    seed: hasSeed ? bytes.readUInt32LE(0x270) : crc32c(0xffffffff, bytes, 0x68, 0x78),
  };
}

function verifyChecksum(name: string, bytes: Buffer, superblock: Superblock): void {
  if ((superblock.roCompat & RO_COMPAT.metadataCsum) === 0) return;
  if (bytes[0x175] !== CRC32C) {
    const hint = 'Make the filesystem with a newer or older mke2fs.';
    throw unsupported(name, `checksum type ${bytes[0x175]} is not known (known: 1)`, hint);
  }
  const stored = bytes.readUInt32LE(0x3fc);
  const found = crc32c(0xffffffff, bytes, 0, 0x3fc);
  if (found !== stored) {
    throw corrupt(name, `superblock: checksum is ${found}, stored is ${stored}`);
  }
}

/** What is wrong with the numbers that everything else is computed from. */
function findFault(sb: Superblock, bytes: Buffer, size: number): string | undefined {
  const bits = 8 * sb.blockSize;
  const inodesPerBlock = sb.blockSize / sb.inodeSize;
  const checks: readonly (readonly [boolean, string])[] = [
    [bytes.readUInt32LE(0x4c) <= 1, `revision ${bytes.readUInt32LE(0x4c)}`],
    [sb.blockSize <= 65_536, `block size ${sb.blockSize}`],
    [sb.clusterBlocks >= 1 && sb.clusterBlocks <= bits, `cluster of ${sb.clusterBlocks} blocks`],
    [isPowerOfTwo(sb.inodeSize), `inode size ${sb.inodeSize}`],
    [sb.inodeSize >= 128 && inodesPerBlock >= 1, `inode size ${sb.inodeSize}`],
    [sb.firstInode >= 11 && sb.firstInode <= sb.inodes, `first inode ${sb.firstInode}`],
    [sb.firstBlock <= 1 && sb.firstBlock < sb.blocks, `first block ${sb.firstBlock}`],
    [sb.blocks * sb.blockSize <= size, `${sb.blocks} blocks of ${sb.blockSize} in ${size} bytes`],
    [sb.blocksPerGroup >= 8, `${sb.blocksPerGroup} blocks in a group`],
    [sb.blocksPerGroup <= bits * sb.clusterBlocks, `${sb.blocksPerGroup} blocks in a group`],
    [sb.inodesPerGroup >= inodesPerBlock, `${sb.inodesPerGroup} inodes in a group`],
    [sb.inodesPerGroup <= bits, `${sb.inodesPerGroup} inodes in a group`],
    [sb.inodes === sb.groups * sb.inodesPerGroup, `${sb.inodes} inodes in ${sb.groups} groups`],
    [isDescriptorSize(sb), `descriptors of ${sb.descriptorSize} bytes`],
  ];
  return checks.find(([holds]) => !holds)?.[1];
}

function isDescriptorSize({ descriptorSize, blockSize, incompat }: Superblock): boolean {
  const least = (incompat & INCOMPAT.bit64) !== 0 ? 64 : 32;
  const most = Math.min(MAX_DESCRIPTOR, blockSize);
  return isPowerOfTwo(descriptorSize) && descriptorSize >= least && descriptorSize <= most;
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}

function toUuid(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function unknownFeatures(name: string, features: readonly string[]): Error {
  return unsupported(
    name,
    `its filesystem has features that are not known here: ${features.join(', ')}`,
    'Copy the files to a filesystem made by plain `mke2fs -t ext4`.',
  );
}
