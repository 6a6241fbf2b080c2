import { boundedCache } from './bounded-cache.ts';
import { corrupt } from './faults.ts';
import type { Qcow2Header } from './qcow2-header.ts';
import type { BlockSource } from './source.ts';

/** Bytes of second-level tables that are kept. */
const KEPT_TABLES = 16 * 2 ** 20;
const SECTOR = 512;

/** Where a cluster is. */
export type Cluster =
  | { readonly kind: 'below' } // in the backing file
  | { readonly kind: 'zeros' }
  | { readonly kind: 'plain'; readonly offset: number }
  | { readonly kind: 'packed'; readonly offset: number; readonly length: number };

const BELOW: Cluster = { kind: 'below' };
const ZEROS: Cluster = { kind: 'zeros' };

/** Where the clusters of a qcow2 file are. */
export interface ClusterTables {
  readonly locate: (index: number) => Cluster;
  /** Which second-level tables there are, by number. */
  readonly tables: () => number[];
}

export function clusterTables(file: BlockSource, header: Qcow2Header): ClusterTables {
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
