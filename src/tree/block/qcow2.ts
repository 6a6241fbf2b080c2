import { inflateRawSync } from 'node:zlib';
import type { Segment } from '../tree.ts';
import { boundedCache } from './bounded-cache.ts';
import { corrupt } from './faults.ts';
import type { Qcow2Header } from './qcow2-header.ts';
import type { BlockSource } from './source.ts';

/** Bytes of second-level tables and of unpacked clusters that are kept. */
const KEPT_TABLES = 16 * 2 ** 20;
const KEPT_CLUSTERS = 8 * 2 ** 20;
const SECTOR = 512;

/** Where a cluster is. */
type Cluster =
  | { readonly kind: 'below' } // in the backing file
  | { readonly kind: 'zeros' }
  | { readonly kind: 'plain'; readonly offset: number }
  | { readonly kind: 'packed'; readonly offset: number; readonly length: number };

const BELOW: Cluster = { kind: 'below' };
const ZEROS: Cluster = { kind: 'zeros' };

/**
 * A qcow2 file over its backing file, if it has one.
 *
 * @param backing Read where the file has no cluster of its own; without one, or after its end, there
 *   are zeros.
 */
export function qcow2Source(
  file: BlockSource,
  header: Qcow2Header,
  backing: BlockSource | undefined,
): BlockSource {
  const { size } = header;
  const clusterSize = 2 ** header.clusterBits;
  const { locate, tables } = clusterTables(file, header);
  const unpack = boundedCache(Math.max(1, KEPT_CLUSTERS / clusterSize), (index) =>
    unpacked(file, locate(index), clusterSize),
  );
  const readCluster = (target: Uint8Array, index: number, within: number): void => {
    const cluster = locate(index);
    if (cluster.kind === 'plain') file.read(target, cluster.offset + within);
    else if (cluster.kind === 'packed') {
      target.set(unpack(index).subarray(within, within + target.length));
    } else if (cluster.kind === 'zeros' || backing === undefined) target.fill(0);
    else readPadded(backing, target, index * clusterSize + within);
  };
  const source: BlockSource = {
    name: file.name,
    identity: file.identity,
    size,
    read: (target, offset) => {
      const end = offset + target.length;
      if (offset < 0 || end > size) throw corrupt(file.name, `${end} is beyond ${size} bytes`);
      for (let at = offset; at < end; ) {
        const index = Math.floor(at / clusterSize);
        const stop = Math.min(end, (index + 1) * clusterSize);
        readCluster(target.subarray(at - offset, stop - offset), index, at - index * clusterSize);
        at = stop;
      }
    },
    close: () => {
      file.close();
      backing?.close();
    },
  };
  if (backing === undefined) return source;
  return {
    ...source,
    overlay: { base: backing, segments: () => segments(size, clusterSize, locate, tables()) },
  };
}

function readPadded(backing: BlockSource, target: Uint8Array, offset: number): void {
  const has = Math.max(0, Math.min(target.length, backing.size - offset));
  if (has > 0) backing.read(target.subarray(0, has), offset);
  target.fill(0, has);
}

interface ClusterTables {
  readonly locate: (index: number) => Cluster;
  /** Which second-level tables there are, by number. */
  readonly tables: () => number[];
}

function clusterTables(file: BlockSource, header: Qcow2Header): ClusterTables {
  const { clusterBits, tableOffset, tableLength } = header;
  const clusterSize = 2 ** clusterBits;
  const entries = clusterSize / 8;
  const first = Buffer.alloc(tableLength * 8);
  file.read(first, tableOffset);
  const second = boundedCache(Math.max(1, KEPT_TABLES / clusterSize), (key) => {
    const table = Buffer.alloc(clusterSize);
    file.read(table, offsetIn(first, key * 8));
    return table;
  });
  return {
    locate: (index) => {
      const key = Math.floor(index / entries);
      if (offsetIn(first, key * 8) === 0) return BELOW;
      return toCluster(second(key), (index % entries) * 8, clusterBits);
    },
    tables: () => usedTables(file.name, first),
  };
}

/** @throws {TreeError} `IMAGE_CORRUPT` for a table used twice: a few bytes could ask for years of work. */
function usedTables(name: string, first: Buffer): number[] {
  const used: number[] = [];
  const seen = new Set<number>();
  for (let key = 0; key * 8 < first.length; key += 1) {
    const offset = offsetIn(first, key * 8);
    if (offset === 0) continue;
    if (seen.has(offset)) throw corrupt(name, `qcow2: the table at ${offset} is used twice`);
    seen.add(offset);
    used.push(key);
  }
  return used;
}

/** Bits 9 to 55 of an entry, in bytes. */
function offsetIn(table: Buffer, at: number): number {
  const low = table.readUInt32BE(at + 4);
  return (table.readUInt32BE(at) & 0xffffff) * 2 ** 32 + low - (low % SECTOR);
}

function toCluster(table: Buffer, at: number, clusterBits: number): Cluster {
  const high = table.readUInt32BE(at);
  const low = table.readUInt32BE(at + 4);
  if ((high & 0x40000000) !== 0) return toPacked(high & 0x3fffffff, low, clusterBits);
  if ((low & 1) !== 0) return ZEROS;
  const offset = offsetIn(table, at);
  return offset === 0 ? BELOW : { kind: 'plain', offset };
}

/** The number of sectors after the first lies above an offset of `70 - clusterBits` bits. */
function toPacked(high: number, low: number, clusterBits: number): Cluster {
  const shift = 38 - clusterBits;
  const offset = (high & ((1 << shift) - 1)) * 2 ** 32 + low;
  return { kind: 'packed', offset, length: ((high >>> shift) + 1) * SECTOR - (offset % SECTOR) };
}

function unpacked(file: BlockSource, cluster: Cluster, clusterSize: number): Buffer {
  if (cluster.kind !== 'packed') return Buffer.alloc(0);
  const { offset, length } = cluster;
  const packed = Buffer.alloc(Math.max(0, Math.min(length, file.size - offset)));
  file.read(packed, Math.min(offset, file.size));
  try {
    const bytes = inflateRawSync(packed, { maxOutputLength: clusterSize });
    if (bytes.length === clusterSize) return bytes;
  } catch {
    // What zlib says of damaged data does not help; where it lies does.
  }
  throw corrupt(file.name, `qcow2: the compressed cluster at ${offset} is damaged`);
}

function* segments(
  size: number,
  clusterSize: number,
  locate: (index: number) => Cluster,
  tables: readonly number[],
): Generator<Segment> {
  const count = Math.ceil(size / clusterSize);
  const entries = clusterSize / 8;
  for (const table of tables) {
    const end = Math.min(count, (table + 1) * entries);
    for (let index = table * entries; index < end; index += 1) {
      if (locate(index).kind === 'below') continue;
      const offset = index * clusterSize;
      yield { offset, length: Math.min(clusterSize, size - offset) };
    }
  }
}
