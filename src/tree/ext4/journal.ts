import { corrupt, unsupported } from '../block/faults.ts';
import { type BlockMap, blockMap, extentIndex } from './block-map.ts';
import { crc32c } from './crc.ts';
import { lengthOf } from './inode.ts';
import type { InodeTable } from './inode-table.ts';
import type { Volume } from './volume.ts';

/** The log of blocks that were about to be written. Source: ext4/journal.rst. */
export interface Journal {
  /** How messages name the image. */
  readonly name: string;
  readonly blockSize: number;
  /** Blocks of the filesystem, which its records name. */
  readonly blocks: number;
  /** First block of the log proper, and the one after its last. */
  readonly first: number;
  readonly end: number;
  /** Block and number of the oldest transaction; block 0 when there is none. */
  readonly start: number;
  readonly sequence: number;
  /** How the checksums of transactions are made. */
  readonly checksums: 'none' | 'v1' | 'v2' | 'v3';
  readonly seed: number;
  readonly has64: boolean;
  /** Whether a commit may reach the disk before what it commits. */
  readonly isAsync: boolean;
  /** Blocks after the end of the log that hold fast commits. */
  readonly fastBlocks: number;
  /** Fills `target` with a block of the journal, from `within` on. */
  read(target: Uint8Array, block: number, within?: number): void;
}

export const JOURNAL_MAGIC = 0xc03b3998;
const SUPERBLOCK_V2 = 4;
const SUPERBLOCK_LENGTH = 1_024;
const COMPAT_CHECKSUM = 1;
const INCOMPAT = { revoke: 1, bit64: 2, async: 4, csumV2: 8, csumV3: 0x10, fastCommit: 0x20 };
const DEFAULT_FAST_BLOCKS = 256;

/**
 * Opens the journal inside of a filesystem.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`, `IMAGE_UNSUPPORTED`
 */
export function openJournal(volume: Volume, table: InodeTable): Journal {
  const { name, superblock } = volume;
  if (superblock.journalInode === 0) {
    throw unsupported(
      name,
      'its journal, which must be replayed, is on another device',
      'Mount it once together with its journal, then unmount it.',
    );
  }
  const inode = table.inode(superblock.journalInode);
  const read = blockReader(volume, blockMap(volume, inode));
  const bytes = Buffer.alloc(SUPERBLOCK_LENGTH);
  read(bytes, 0);
  const journal = parse(volume, bytes, read);
  const length = Math.floor(lengthOf(inode) / superblock.blockSize);
  const fault = findFault(journal, bytes, length);
  if (fault !== undefined) throw corrupt(name, `journal: ${fault}`);
  return journal;
}

function blockReader(volume: Volume, { extents }: BlockMap): Journal['read'] {
  const { blockSize } = volume.superblock;
  return (target, block, within = 0) => {
    const extent = extents[extentIndex(extents, block)];
    if (extent === undefined || extent.logical > block) {
      throw corrupt(volume.name, `journal: it has no block ${block}`);
    }
    const physical = extent.physical + block - extent.logical;
    volume.source.read(target, physical * blockSize + within);
  };
}

function parse(volume: Volume, bytes: Buffer, read: Journal['read']): Journal {
  const compat = bytes.readUInt32BE(0x24);
  const incompat = bytes.readUInt32BE(0x28);
  const has = (bit: number): boolean => (incompat & bit) !== 0;
  const fastBlocks = has(INCOMPAT.fastCommit) ? bytes.readUInt32BE(0x54) || DEFAULT_FAST_BLOCKS : 0;
  return {
    name: volume.name,
    blockSize: bytes.readUInt32BE(0x0c),
    blocks: volume.superblock.blocks,
    first: bytes.readUInt32BE(0x14),
    end: bytes.readUInt32BE(0x10) - fastBlocks,
    start: bytes.readUInt32BE(0x1c),
    sequence: bytes.readUInt32BE(0x18),
    checksums: checksumsOf(compat, incompat),
    seed: crc32c(0xffffffff, bytes, 0x30, 0x40),
    has64: has(INCOMPAT.bit64),
    isAsync: has(INCOMPAT.async),
    fastBlocks,
    read,
  };
}

function checksumsOf(compat: number, incompat: number): Journal['checksums'] {
  if ((incompat & INCOMPAT.csumV3) !== 0) return 'v3';
  if ((incompat & INCOMPAT.csumV2) !== 0) return 'v2';
  return (compat & COMPAT_CHECKSUM) !== 0 ? 'v1' : 'none';
}

function findFault(journal: Journal, bytes: Buffer, length: number): string | undefined {
  const { name, first, end, start, fastBlocks } = journal;
  if (bytes.readUInt32BE(0) !== JOURNAL_MAGIC) return 'it has no magic number';
  if (bytes.readUInt32BE(4) !== SUPERBLOCK_V2) return `superblock of type ${bytes.readUInt32BE(4)}`;
  const known = Object.values(INCOMPAT).reduce((all, bit) => all | bit, 0);
  const unknown = bytes.readUInt32BE(0x28) & ~known;
  if (unknown !== 0) {
    const hint = 'Mount it once, then unmount it: that replays the journal.';
    throw unsupported(name, `journal with unknown features 0x${unknown.toString(16)}`, hint);
  }
  if (journal.checksums === 'v2' || journal.checksums === 'v3') {
    const blank = Buffer.from(bytes);
    blank.writeUInt32BE(0, 0xfc);
    const found = crc32c(0xffffffff, blank);
    const stored = bytes.readUInt32BE(0xfc);
    if (found !== stored) return `checksum is ${found}, stored is ${stored}`;
  }
  if (first < 1 || end <= first || end + fastBlocks > length) {
    return `blocks ${first} to ${end} of ${length}`;
  }
  return start === 0 || (start >= first && start < end) ? undefined : `it begins at block ${start}`;
}
