import { inflateRawSync } from 'node:zlib';
import type { Segment } from '../tree.ts';
import { boundedCache } from './bounded-cache.ts';
import { corrupt } from './faults.ts';
import { type Cluster, type ClusterTables, clusterTables } from './qcow2-clusters.ts';
import type { Qcow2Header } from './qcow2-header.ts';
import type { BlockSource } from './source.ts';

/** Bytes of unpacked clusters that are kept. */
const KEPT_CLUSTERS = 8 * 2 ** 20;

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
  const tables = clusterTables(file, header);
  const readCluster = clusterReader(file, backing, clusterSize, tables);
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
  const overlay = { base: backing, segments: () => segments(size, clusterSize, tables) };
  return { ...source, overlay };
}

/** Reads a part of one cluster, `within` bytes from its start. */
type ReadCluster = (target: Uint8Array, index: number, within: number) => void;

function clusterReader(
  file: BlockSource,
  backing: BlockSource | undefined,
  clusterSize: number,
  { locate }: ClusterTables,
): ReadCluster {
  const unpack = boundedCache(Math.max(1, KEPT_CLUSTERS / clusterSize), (index) =>
    unpacked(file, locate(index), clusterSize),
  );
  return (target, index, within) => {
    const cluster = locate(index);
    if (cluster.kind === 'plain') file.read(target, cluster.offset + within);
    else if (cluster.kind === 'packed') {
      target.set(unpack(index).subarray(within, within + target.length));
    } else if (cluster.kind === 'zeros' || backing === undefined) target.fill(0);
    else readPadded(backing, target, index * clusterSize + within);
  };
}

function readPadded(backing: BlockSource, target: Uint8Array, offset: number): void {
  const has = Math.max(0, Math.min(target.length, backing.size - offset));
  if (has > 0) backing.read(target.subarray(0, has), offset);
  target.fill(0, has);
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
  { locate, tables }: ClusterTables,
): Generator<Segment> {
  const count = Math.ceil(size / clusterSize);
  const entries = clusterSize / 8;
  for (const table of tables()) {
    const end = Math.min(count, (table + 1) * entries);
    for (let index = table * entries; index < end; index += 1) {
      if (locate(index).kind === 'below') continue;
      const offset = index * clusterSize;
      yield { offset, length: Math.min(clusterSize, size - offset) };
    }
  }
}
