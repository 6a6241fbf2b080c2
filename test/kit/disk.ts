import { crc32 } from 'node:zlib';

const SECTOR = 512;

/** A partition to put on a disk: where, in sectors, and what. */
export interface Part {
  readonly start: number;
  readonly content: Uint8Array;
}

/** A disk with a MS-DOS partition table: primary partitions, then logical ones in an extended one. */
export function msdosDisk(
  sectors: number,
  primary: readonly Part[],
  logical: readonly Part[] = [],
) {
  const disk = Buffer.alloc(sectors * SECTOR);
  for (const { start, content } of [...primary, ...logical]) disk.set(content, start * SECTOR);
  primary.forEach((part, i) => {
    writeEntry(disk, 0, i, 0x83, part.start, sizeOf(part));
  });
  const links = logical.map(({ start }) => start - 1);
  const [extended] = links;
  if (extended !== undefined)
    writeEntry(disk, 0, primary.length, 0x0f, extended, sectors - extended);
  logical.forEach((part, i) => {
    const link = links[i] ?? 0;
    const next = links[i + 1];
    writeEntry(disk, link, 0, 0x83, 1, sizeOf(part));
    if (next !== undefined) writeEntry(disk, link, 1, 0x05, next - (extended ?? 0), 1);
  });
  return disk;
}

function writeEntry(
  disk: Buffer,
  table: number,
  i: number,
  type: number,
  start: number,
  count: number,
) {
  const at = table * SECTOR + 446 + i * 16;
  disk[at + 4] = type;
  disk.writeUInt32LE(start, at + 8);
  disk.writeUInt32LE(count, at + 12);
  disk.writeUInt16LE(0xaa55, table * SECTOR + 510);
}

/** A disk with a GUID partition table. */
export function gptDisk(
  sectors: number,
  parts: readonly (Part | undefined)[],
  sector = SECTOR,
): Buffer {
  const disk = Buffer.alloc(sectors * sector);
  writeEntry(disk, 0, 0, 0xee, 1, sectors - 1);
  const table = Buffer.alloc(128 * 128);
  parts.forEach((part, i) => {
    if (part === undefined) return;
    disk.set(part.content, part.start * sector);
    table.fill(0x11, i * 128, i * 128 + 16);
    table.writeBigUInt64LE(BigInt(part.start), i * 128 + 32);
    table.writeBigUInt64LE(BigInt(part.start + part.content.length / sector - 1), i * 128 + 40);
  });
  const header = disk.subarray(sector, sector + 92);
  header.write('EFI PART');
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(2n, 72);
  header.writeUInt32LE(128, 80);
  header.writeUInt32LE(128, 84);
  header.writeUInt32LE(crc32(table), 88);
  header.writeUInt32LE(crc32(header), 16);
  disk.set(table, 2 * sector);
  return disk;
}

function sizeOf({ content }: Part): number {
  return content.length / SECTOR;
}
