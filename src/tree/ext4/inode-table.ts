import { boundedCache } from '../block/bounded-cache.ts';
import { corrupt } from '../block/faults.ts';
import { crc32c, crc32cOfNumber } from './crc.ts';
import { CORE_SIZE, extraSizeOf, generationOf, type Inode } from './inode.ts';
import type { Volume } from './volume.ts';

/** Bytes of inode table that are read at once. */
const PIECE = 16_384;
/** How many pieces are kept. */
const KEPT = 512;
const CHECKSUM_LOW = 0x7c;
const CHECKSUM_HIGH = 0x82;

export interface InodeTable {
  /**
   * The inode with this number, its checksum verified.
   *
   * @throws {TreeError} `IMAGE_CORRUPT`
   */
  inode(ino: number): Inode;
  /** The slot as it lies on disk, whatever it holds. */
  slot(ino: number): Inode;
  /** Whether the slot lies in the part of its table that was ever written. */
  isWritten(ino: number): boolean;
}

export function inodeTable(volume: Volume): InodeTable {
  const { name, superblock, groups, hasChecksums } = volume;
  const { inodes, inodesPerGroup, inodeSize, blockSize } = superblock;
  const pieceInodes = Math.max(blockSize, PIECE) / inodeSize;
  const piecesPerGroup = Math.ceil(inodesPerGroup / pieceInodes);
  const piece = boundedCache(KEPT, (key) =>
    readPiece(volume, Math.floor(key / piecesPerGroup), key % piecesPerGroup, pieceInodes),
  );
  const slot = (ino: number): Inode => {
    if (ino < 1 || ino > inodes) throw corrupt(name, `inode ${ino} of ${inodes} is referred to`);
    const group = Math.floor((ino - 1) / inodesPerGroup);
    const index = (ino - 1) % inodesPerGroup;
    const bytes = piece(group * piecesPerGroup + Math.floor(index / pieceInodes));
    return { ino, bytes, at: (index % pieceInodes) * inodeSize, size: inodeSize };
  };
  return {
    slot,
    inode: (ino) => {
      const inode = slot(ino);
      if (CORE_SIZE + extraSizeOf(inode) > inodeSize) {
        throw corrupt(name, `inode ${ino}: ${extraSizeOf(inode)} bytes more than ${CORE_SIZE}`);
      }
      if (hasChecksums) verifyInode(name, inode, superblock.seed);
      return inode;
    },
    isWritten: (ino) =>
      (ino - 1) % inodesPerGroup < (groups.usedInodes[Math.floor((ino - 1) / inodesPerGroup)] ?? 0),
  };
}

/** The numbers of all inodes in the parts of their tables that were ever written. */
export function* writtenInodes({ superblock, groups }: Volume): Generator<number> {
  for (let group = 0; group < superblock.groups; group += 1) {
    const start = group * superblock.inodesPerGroup + 1;
    const end = start + (groups.usedInodes[group] ?? 0);
    for (let ino = start; ino < end; ino += 1) yield ino;
  }
}

/** Where an inode's own checksums begin: those of its extent blocks and directory blocks. */
export function seedOf(inode: Inode, seed: number): number {
  return crc32cOfNumber(crc32cOfNumber(seed, inode.ino), generationOf(inode));
}

function readPiece(
  { superblock, groups, read }: Volume,
  group: number,
  index: number,
  count: number,
) {
  const { inodesPerGroup, inodeSize, blockSize } = superblock;
  const first = index * count;
  const bytes = Buffer.allocUnsafe(Math.min(count, inodesPerGroup - first) * inodeSize);
  read(bytes, (groups.inodeTables[group] ?? 0) + (first * inodeSize) / blockSize);
  return bytes;
}

/** Source: `ext4_inode_csum` in fs/ext4/inode.c. The fields of the checksum itself count as zeros. */
function verifyInode(name: string, inode: Inode, seed: number): void {
  const { bytes, at, size } = inode;
  const hasHigh = extraSizeOf(inode) >= CHECKSUM_HIGH + 2 - CORE_SIZE;
  const low = bytes.readUInt16LE(at + CHECKSUM_LOW);
  const high = hasHigh ? bytes.readUInt16LE(at + CHECKSUM_HIGH) : 0;
  bytes.writeUInt16LE(0, at + CHECKSUM_LOW);
  if (hasHigh) bytes.writeUInt16LE(0, at + CHECKSUM_HIGH);
  const sum = crc32c(seedOf(inode, seed), bytes, at, at + size);
  bytes.writeUInt16LE(low, at + CHECKSUM_LOW);
  if (hasHigh) bytes.writeUInt16LE(high, at + CHECKSUM_HIGH);
  const found = hasHigh ? sum : sum & 0xffff;
  const stored = low + high * 2 ** 16;
  if (found !== stored) {
    throw corrupt(name, `inode ${inode.ino}: checksum is ${found}, stored is ${stored}`);
  }
}
