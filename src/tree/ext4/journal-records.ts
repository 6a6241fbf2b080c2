import { corrupt } from '../block/faults.ts';
import type { Journal } from './journal.ts';

/** One block that a transaction writes. */
export interface BlockWrite {
  readonly sequence: number;
  /** Where it belongs. */
  readonly block: number;
  /** Where the journal keeps it. */
  readonly at: number;
  /** Its first four bytes were the journal's magic number, and were left out. */
  readonly isEscaped: boolean;
  /** Of the block as kept: 32 bits, or 16 under `v2`; meaningless otherwise. */
  readonly checksum: number;
}

const HEADER = 12;
const REVOKE_HEADER = 16;
const UUID = 16;
const FLAG = { escape: 1, sameUuid: 2, last: 8 };

type Tag = Omit<BlockWrite, 'at'>;

/** The tags of a descriptor block. Source: `journal_block_tag_s` in include/linux/jbd2.h. */
export function readTags(journal: Journal, bytes: Buffer, sequence: number): Tag[] {
  const length = tagLength(journal);
  const end = bytes.length - tailLength(journal);
  const tags: Tag[] = [];
  for (let at = HEADER; at + length <= end; ) {
    const flags = flagsAt(journal, bytes, at);
    tags.push(toTag(journal, bytes, at, sequence, flags));
    if ((flags & FLAG.last) !== 0) break;
    at += length + ((flags & FLAG.sameUuid) !== 0 ? 0 : UUID);
  }
  return tags;
}

function flagsAt({ checksums }: Journal, bytes: Buffer, at: number): number {
  return checksums === 'v3' ? bytes.readUInt32BE(at + 4) : bytes.readUInt16BE(at + 6);
}

function toTag(
  { checksums, has64 }: Journal,
  bytes: Buffer,
  at: number,
  sequence: number,
  flags: number,
): Tag {
  return {
    sequence,
    block: bytes.readUInt32BE(at) + (has64 ? bytes.readUInt32BE(at + 8) * 2 ** 32 : 0),
    isEscaped: (flags & FLAG.escape) !== 0,
    checksum: checksums === 'v3' ? bytes.readUInt32BE(at + 12) : bytes.readUInt16BE(at + 4),
  };
}

/** The blocks that a revoke block names. */
export function readRevokes(journal: Journal, bytes: Buffer): number[] {
  const used = bytes.readUInt32BE(HEADER);
  const size = journal.has64 ? 8 : 4;
  if (used < REVOKE_HEADER || used > bytes.length - tailLength(journal)) {
    throw corrupt(journal.name, `journal: revokes of ${used} bytes in a block`);
  }
  return Array.from({ length: Math.floor((used - REVOKE_HEADER) / size) }, (_, i) => {
    const at = REVOKE_HEADER + i * size;
    if (size === 4) return bytes.readUInt32BE(at);
    return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  });
}

function tagLength({ checksums, has64 }: Journal): number {
  if (checksums === 'v3') return 16;
  return 8 + (checksums === 'v2' ? 2 : 0) + (has64 ? 4 : 0);
}

function tailLength({ checksums }: Journal): number {
  return checksums === 'v2' || checksums === 'v3' ? 4 : 0;
}
