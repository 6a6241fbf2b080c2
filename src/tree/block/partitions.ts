import { crc32 } from 'node:zlib';
import { corrupt } from './faults.ts';
import type { BlockSource } from './source.ts';

/** A partition of a disk image. */
export interface Partition {
  /** As Linux counts them, from 1; logical ones from 5. */
  readonly number: number;
  /** In bytes. */
  readonly offset: number;
  readonly size: number;
}

const SECTOR = 512;
const MBR_TABLE = 446;
const MBR_ENTRY = 16;
const MBR_SIGNATURE = 0xaa55;
const EXTENDED: readonly number[] = [0x05, 0x0f, 0x85];
const PROTECTIVE = 0xee;
const FIRST_LOGICAL = 5;
const MOST_LOGICAL = 128;
const GPT_SIGNATURE = 'EFI PART';
const GPT_HEADER = 92;
const MOST_GPT_ENTRIES = 1_024;
const GPT_SECTORS = [512, 4_096];

/**
 * The partitions of a GUID or MS-DOS partition table, in the order of the table.
 *
 * Sources: UEFI specification 2.10, section 5; "Master boot record" as fdisk(8) writes it.
 *
 * @returns none when there is no table.
 * @throws {TreeError} `IMAGE_CORRUPT`
 */
export function readPartitions(disk: BlockSource): Partition[] {
  const primary = readMbr(disk, 0);
  if (primary === undefined) return [];
  if (primary.some(({ type }) => type === PROTECTIVE)) return readGpt(disk);
  return primary.flatMap(({ type, start, sectors }, i) => {
    if (EXTENDED.includes(type)) return readLogical(disk, start);
    return sectors === 0 ? [] : [toPartition(i + 1, start, sectors, SECTOR)];
  });
}

interface MbrEntry {
  readonly type: number;
  /** In sectors. */
  readonly start: number;
  readonly sectors: number;
}

function readMbr(disk: BlockSource, sector: number): MbrEntry[] | undefined {
  const bytes = readSector(disk, sector, SECTOR);
  if (bytes?.readUInt16LE(SECTOR - 2) !== MBR_SIGNATURE) return undefined;
  return [0, 1, 2, 3].map((i) => {
    const at = MBR_TABLE + i * MBR_ENTRY;
    const start = bytes.readUInt32LE(at + 8);
    return { type: bytes[at + 4] ?? 0, start, sectors: bytes.readUInt32LE(at + 12) };
  });
}

/** Logical partitions form a chain: each link names its partition and the next link. */
function readLogical(disk: BlockSource, extended: number): Partition[] {
  const found: Partition[] = [];
  let link = extended;
  for (let i = 0; i < MOST_LOGICAL; i += 1) {
    const entries = readMbr(disk, link);
    const [own, next] = entries ?? [];
    if (own === undefined || next === undefined) return found;
    if (own.sectors > 0) {
      found.push(toPartition(FIRST_LOGICAL + i, link + own.start, own.sectors, SECTOR));
    }
    if (!EXTENDED.includes(next.type) || next.start === 0) return found;
    link = extended + next.start;
  }
  throw corrupt(disk.name, `more than ${MOST_LOGICAL} logical partitions`);
}

function readGpt(disk: BlockSource): Partition[] {
  for (const sector of GPT_SECTORS) {
    const header = readSector(disk, 1, sector);
    if (header?.toString('latin1', 0, 8) === GPT_SIGNATURE)
      return readGptTable(disk, header, sector);
  }
  throw corrupt(disk.name, 'it has a protective partition, but no GUID partition table');
}

function readGptTable(disk: BlockSource, header: Buffer, sector: number): Partition[] {
  const count = header.readUInt32LE(80);
  const entrySize = header.readUInt32LE(84);
  if (count > MOST_GPT_ENTRIES || entrySize < 128 || entrySize > 4_096) {
    throw corrupt(disk.name, `a partition table of ${count} entries of ${entrySize} bytes`);
  }
  const table = Buffer.alloc(count * entrySize);
  disk.read(table, Number(header.readBigUInt64LE(72)) * sector);
  verifyGpt(disk.name, header, table);
  return Array.from({ length: count }, (_, i) => table.subarray(i * entrySize)).flatMap(
    (entry, i) => {
      if (entry.subarray(0, 16).every((byte) => byte === 0)) return [];
      const first = Number(entry.readBigUInt64LE(32));
      const last = Number(entry.readBigUInt64LE(40));
      return [toPartition(i + 1, first, last - first + 1, sector)];
    },
  );
}

function verifyGpt(name: string, header: Buffer, table: Buffer): void {
  const blank = Buffer.from(header.subarray(0, GPT_HEADER));
  blank.writeUInt32LE(0, 16);
  if (crc32(blank) !== header.readUInt32LE(16) || crc32(table) !== header.readUInt32LE(88)) {
    throw corrupt(name, 'the checksum of its GUID partition table does not match');
  }
}

function readSector(disk: BlockSource, index: number, size: number): Buffer | undefined {
  if ((index + 1) * size > disk.size) return undefined;
  const bytes = Buffer.alloc(size);
  disk.read(bytes, index * size);
  return bytes;
}

function toPartition(number: number, start: number, sectors: number, sector: number): Partition {
  return { number, offset: start * sector, size: sectors * sector };
}
