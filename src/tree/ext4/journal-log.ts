import { corrupt } from '../block/faults.ts';
import { crc32c, crc32cOfNumber } from './crc.ts';
import { crc32Be } from './crc32-be.ts';
import { JOURNAL_MAGIC, type Journal } from './journal.ts';
import { type BlockWrite, readRevokes, readTags } from './journal-records.ts';

/** What was committed at once. */
export interface Transaction {
  readonly sequence: number;
  readonly writes: readonly BlockWrite[];
  /** Blocks whose older writes must not be replayed. */
  readonly revokes: readonly number[];
}

const DESCRIPTOR = 1;
const COMMIT = 2;
const REVOKE = 5;
const CRC32_TYPE = 1;
const CRC32_SIZE = 4;
const CHECKSUM_AT = 0x10;

/** A transaction whose commit is not reached yet. */
interface Open {
  readonly writes: BlockWrite[];
  readonly revokes: number[];
  /** Of `v1`: over descriptors and their data. */
  sum: number;
  /** A block has a wrong checksum: left from an earlier round of the log, or damage. */
  isSuspect: boolean;
}

interface Reading {
  readonly journal: Journal;
  readonly transactions: Transaction[];
  open: Open;
  sequence: number;
  at: number;
  /** Blocks that may still be read: the log is a ring. */
  left: number;
  /** In seconds; what was committed before is left from an earlier round. */
  lastCommit: number;
}

/**
 * Reads all committed transactions, oldest first, as recovery in fs/jbd2/recovery.c does.
 *
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function readLog(journal: Journal): { transactions: Transaction[]; next: number } {
  const { start, sequence, first, end } = journal;
  const left = start === 0 ? 0 : end - first;
  const open = newTransaction();
  const reading: Reading = {
    journal,
    transactions: [],
    open,
    sequence,
    at: start,
    left,
    lastCommit: 0,
  };
  const block = Buffer.alloc(journal.blockSize);
  while (reading.left > 0) {
    const at = advance(reading);
    journal.read(block, at);
    const isOurs =
      block.readUInt32BE(0) === JOURNAL_MAGIC && block.readUInt32BE(8) === reading.sequence;
    if (!isOurs || !readBlock(reading, block)) break;
  }
  return { transactions: reading.transactions, next: reading.sequence };
}

function newTransaction(): Open {
  return { writes: [], revokes: [], sum: 0xffffffff, isSuspect: false };
}

/** Takes the next block of the ring. */
function advance(reading: Reading): number {
  const { journal, at } = reading;
  if (reading.left === 0) throw corrupt(journal.name, 'journal: a transaction has no end');
  reading.left -= 1;
  reading.at = at + 1 >= journal.end ? journal.first : at + 1;
  return at;
}

/** @returns false at the end of the log. */
function readBlock(reading: Reading, block: Buffer): boolean {
  const type = block.readUInt32BE(4);
  if (type === DESCRIPTOR) readDescriptor(reading, block);
  else if (type === REVOKE) readRevokeBlock(reading, block);
  else return type === COMMIT && readCommit(reading, block);
  return true;
}

function readDescriptor(reading: Reading, block: Buffer): void {
  const { journal, open } = reading;
  if (!hasGoodTail(journal, block)) open.isSuspect = true;
  if (journal.checksums === 'v1') open.sum = crc32Be(open.sum, block);
  const tags = readTags(journal, block, reading.sequence);
  const data = Buffer.alloc(journal.blockSize);
  for (const tag of tags) {
    const at = advance(reading);
    open.writes.push({ ...tag, at });
    if (journal.checksums !== 'v1') continue;
    journal.read(data, at);
    open.sum = crc32Be(open.sum, data);
  }
}

function readRevokeBlock({ journal, open }: Reading, block: Buffer): void {
  if (hasGoodTail(journal, block)) open.revokes.push(...readRevokes(journal, block));
  else open.isSuspect = true;
}

function readCommit(reading: Reading, block: Buffer): boolean {
  const { journal, open, sequence, transactions } = reading;
  const time = block.readUInt32BE(0x30) * 2 ** 32 + block.readUInt32BE(0x34);
  if (open.isSuspect || !isGoodCommit(journal, block, open.sum)) {
    if (time < reading.lastCommit || (journal.isAsync && !open.isSuspect)) return false;
    throw corrupt(journal.name, `journal: transaction ${sequence} has a wrong checksum`);
  }
  transactions.push({ sequence, writes: open.writes, revokes: open.revokes });
  reading.lastCommit = time;
  reading.sequence = (sequence + 1) >>> 0;
  reading.open = newTransaction();
  return true;
}

function hasGoodTail({ checksums, seed }: Journal, block: Buffer): boolean {
  if (checksums !== 'v2' && checksums !== 'v3') return true;
  const tail = block.length - 4;
  return crc32cOfNumber(crc32c(seed, block, 0, tail), 0) === block.readUInt32BE(tail);
}

function isGoodCommit({ checksums, seed }: Journal, block: Buffer, sum: number): boolean {
  const stored = block.readUInt32BE(CHECKSUM_AT);
  if (checksums === 'none') return true;
  if (checksums === 'v1') {
    const isUnsummed = block[0x0c] === 0 && block[0x0d] === 0 && stored === 0;
    return (
      isUnsummed || (block[0x0c] === CRC32_TYPE && block[0x0d] === CRC32_SIZE && stored === sum)
    );
  }
  const head = crc32cOfNumber(crc32c(seed, block, 0, CHECKSUM_AT), 0);
  return crc32c(head, block, CHECKSUM_AT + 4) === stored;
}
