import { readFileSync, writeFileSync } from 'node:fs';
import { deflateRawSync } from 'node:zlib';

export interface Qcow2Options {
  readonly version?: 2 | 3;
  readonly clusterBits?: number;
  /** Written into the header; the file differs from it only where `base` differs from `next`. */
  readonly backing?: string;
  readonly backingFormat?: string;
  readonly isCompressed?: boolean;
  readonly incompatible?: bigint;
  readonly encryption?: number;
}

const COMPRESSED = 1n << 62n;
const COPIED = 1n << 63n;

/** Writes a qcow2 file that reads as `next` does, over `base` where one is given. */
export function writeQcow2(
  path: string,
  base: string | undefined,
  next: string,
  options: Qcow2Options = {},
): string {
  const { clusterBits = 12, isCompressed = false } = options;
  const clusterSize = 2 ** clusterBits;
  const now = readFileSync(next);
  const old = base === undefined ? Buffer.alloc(0) : readFileSync(base);
  const perTable = clusterSize / 8;
  const count = Math.ceil(now.length / clusterSize);
  const tables = Math.ceil(count / perTable);
  const tableClusters = Math.ceil((tables * 8) / clusterSize);
  const first = Buffer.alloc(tableClusters * clusterSize);
  const second = Buffer.alloc(tables * clusterSize);
  const data: Buffer[] = [];
  let end = (1 + tableClusters + tables) * clusterSize;
  for (let table = 0; table < tables; table += 1) {
    const offset = (1 + tableClusters + table) * clusterSize;
    first.writeBigUInt64BE(BigInt(offset) | COPIED, table * 8);
  }
  for (let index = 0; index < count; index += 1) {
    const cluster = Buffer.alloc(clusterSize);
    now.copy(cluster, 0, index * clusterSize);
    const before = old.subarray(index * clusterSize, (index + 1) * clusterSize);
    if (base === undefined ? cluster.every((byte) => byte === 0) : cluster.equals(before)) continue;
    const packed = isCompressed ? deflateRawSync(cluster) : cluster;
    const entry = isCompressed
      ? packedEntry(end, packed.length, clusterBits)
      : BigInt(end) | COPIED;
    second.writeBigUInt64BE(entry, index * 8);
    data.push(packed);
    end += packed.length;
  }
  const tail = Buffer.alloc(-end & 511);
  writeFileSync(
    path,
    Buffer.concat([header(now.length, tables, options), first, second, ...data, tail]),
  );
  return path;
}

function packedEntry(offset: number, length: number, clusterBits: number): bigint {
  const sectors = Math.floor((offset + length - 1) / 512) - Math.floor(offset / 512);
  return COMPRESSED | (BigInt(sectors) << BigInt(70 - clusterBits)) | BigInt(offset);
}

function header(size: number, tables: number, options: Qcow2Options): Buffer {
  const { version = 3, clusterBits = 12, backing, backingFormat, incompatible = 0n } = options;
  const bytes = Buffer.alloc(2 ** clusterBits);
  const headerLength = version === 2 ? 72 : 104;
  bytes.writeUInt32BE(0x514649fb, 0);
  bytes.writeUInt32BE(version, 4);
  bytes.writeUInt32BE(clusterBits, 20);
  bytes.writeBigUInt64BE(BigInt(size), 24);
  bytes.writeUInt32BE(options.encryption ?? 0, 32);
  bytes.writeUInt32BE(tables, 36);
  bytes.writeBigUInt64BE(BigInt(bytes.length), 40);
  if (version === 3) {
    bytes.writeBigUInt64BE(incompatible, 72);
    bytes.writeUInt32BE(4, 96);
    bytes.writeUInt32BE(headerLength, 100);
  }
  if (backingFormat !== undefined) {
    bytes.writeUInt32BE(0xe2792aca, headerLength);
    bytes.writeUInt32BE(backingFormat.length, headerLength + 4);
    bytes.write(backingFormat, headerLength + 8);
  }
  if (backing !== undefined) {
    bytes.writeBigUInt64BE(200n, 8);
    bytes.writeUInt32BE(bytes.write(backing, 200), 16);
  }
  return bytes;
}
