import { corrupt, unsupported } from '../block/faults.ts';
import { patchedSource, type ReadPatch } from '../block/patched.ts';
import type { BlockSource } from '../block/source.ts';
import { crc32c, crc32cOfNumber } from './crc.ts';
import type { InodeTable } from './inode-table.ts';
import { JOURNAL_MAGIC, type Journal, openJournal } from './journal.ts';
import { readLog, type Transaction } from './journal-log.ts';
import type { BlockWrite } from './journal-records.ts';
import type { Volume } from './volume.ts';

/** What a fast commit begins with. Source: fs/ext4/fast_commit.h. */
const FAST_COMMIT_HEAD = 9;
const HALF_RING = 2 ** 31;

/**
 * The filesystem as it is once its journal is replayed. Nothing is written: what the journal has
 * of a block is read in its place.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`, `IMAGE_UNSUPPORTED`
 */
export function replayJournal(volume: Volume, table: InodeTable): BlockSource {
  const journal = openJournal(volume, table);
  const { transactions, next } = readLog(journal);
  refuseFastCommits(journal, next);
  const patches = new Map<number, ReadPatch>();
  for (const write of lastWrites(transactions)) {
    verifyWrite(journal, write);
    patches.set(write.block, readWrite(journal, write));
  }
  return patchedSource(volume.source, journal.blockSize, patches);
}

/** The newest write of each block, but those that the same or a later transaction revoked. */
function lastWrites(transactions: readonly Transaction[]): Iterable<BlockWrite> {
  const revoked = new Map<number, number>();
  for (const { sequence, revokes } of transactions) {
    for (const block of revokes) revoked.set(block, sequence);
  }
  const writes = new Map<number, BlockWrite>();
  for (const write of transactions.flatMap((transaction) => transaction.writes)) {
    const revokedAt = revoked.get(write.block);
    if (revokedAt === undefined || isLater(write.sequence, revokedAt)) {
      writes.set(write.block, write);
    }
  }
  return writes.values();
}

/** Numbers of transactions go round. */
function isLater(sequence: number, than: number): boolean {
  const distance = (sequence - than) >>> 0;
  return distance !== 0 && distance < HALF_RING;
}

function readWrite(journal: Journal, { at, isEscaped }: BlockWrite): ReadPatch {
  const magic = Buffer.alloc(4);
  magic.writeUInt32BE(JOURNAL_MAGIC);
  return (target, within) => {
    journal.read(target, at, within);
    if (isEscaped && within < magic.length)
      target.set(magic.subarray(within, within + target.length));
  };
}

function verifyWrite(journal: Journal, { at, block, sequence, checksum }: BlockWrite): void {
  const { checksums, seed, blockSize, blocks, name } = journal;
  if (block >= blocks) throw corrupt(name, `journal: a write to block ${block} of ${blocks}`);
  if (checksums !== 'v2' && checksums !== 'v3') return;
  const bytes = Buffer.alloc(blockSize);
  journal.read(bytes, at);
  const number = Buffer.alloc(4);
  number.writeUInt32BE(sequence);
  const sum = crc32c(crc32cOfNumber(seed, number.readUInt32LE(0)), bytes);
  if ((checksums === 'v3' ? sum : sum & 0xffff) !== checksum) {
    throw corrupt(name, `journal: the write of block ${block} has a wrong checksum`);
  }
}

/** Fast commits count only when they follow the last transaction: else they are left from before. */
function refuseFastCommits(journal: Journal, next: number): void {
  if (journal.fastBlocks === 0) return;
  const head = Buffer.alloc(12);
  journal.read(head, journal.end + 1);
  if (head.readUInt16LE(0) !== FAST_COMMIT_HEAD || head.readUInt32LE(8) !== next) return;
  throw unsupported(
    journal.name,
    'its journal has fast commits to replay',
    'Start its guest once more and let it end by itself, or mount and unmount it: that replays them.',
  );
}
