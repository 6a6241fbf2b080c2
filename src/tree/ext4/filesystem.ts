import { corrupt, unsupported } from '../block/faults.ts';
import { type Partition, readPartitions } from '../block/partitions.ts';
import { rangeSource } from '../block/range.ts';
import type { BlockSource } from '../block/source.ts';
import { INCOMPAT } from './features.ts';
import { type InodeTable, inodeTable } from './inode-table.ts';
import { replayJournal } from './journal-replay.ts';
import { hasSuperblock } from './superblock.ts';
import { volume as openVolume, type Volume } from './volume.ts';

/** A filesystem that is ready to be read: what its journal holds is taken as written. */
export interface Filesystem {
  readonly volume: Volume;
  readonly table: InodeTable;
  /** The whole image, before its journal is replayed. */
  readonly image: BlockSource;
  /** Where in the image the filesystem begins, in bytes. */
  readonly start: number;
}

/**
 * Opens the filesystem that an image holds, at its start or in a partition.
 *
 * @param partition Its number, as Linux counts; default: the only one with a filesystem we know.
 * @throws {TreeError}
 */
export function openFilesystem(image: BlockSource, partition?: number): Filesystem {
  const { offset, source } = locate(image, partition);
  const volume = openVolume(source);
  const table = inodeTable(volume);
  const place = { image, start: offset };
  if ((volume.superblock.incompat & INCOMPAT.recover) === 0) return { volume, table, ...place };
  const replayed = openVolume(replayJournal(volume, table));
  return { volume: replayed, table: inodeTable(replayed), ...place };
}

/** A part of the image that may hold a filesystem. */
interface Place {
  readonly number: number;
  readonly offset: number;
  readonly source: BlockSource;
}

function locate(image: BlockSource, wanted: number | undefined): Place {
  const whole = { number: 0, offset: 0, source: image };
  if (wanted === undefined && hasSuperblock(image)) return whole;
  const partitions = readPartitions(image);
  const found =
    wanted === undefined
      ? partitions.map((partition) => place(image, partition)).filter(hasFilesystem)
      : partitions.filter(({ number }) => number === wanted).map((one) => place(image, one));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw notOne(image.name, wanted, partitions, found);
}

function place(image: BlockSource, { number, offset, size }: Partition): Place {
  return { number, offset, source: rangeSource(image, offset, size) };
}

function hasFilesystem({ source }: Place): boolean {
  return hasSuperblock(source);
}

function notOne(
  name: string,
  wanted: number | undefined,
  partitions: readonly Partition[],
  found: readonly Place[],
): Error {
  if (wanted !== undefined) {
    const hint = `It has these: ${listOf(partitions) || 'none'}.`;
    return unsupported(name, `it has no partition ${wanted}`, hint);
  }
  if (found.length === 0) return corrupt(name, 'it holds no ext2, ext3 or ext4 filesystem');
  const what = `it has more than one filesystem: in partitions ${listOf(found)}`;
  return unsupported(name, what, 'Say which partition is meant.');
}

function listOf(partitions: readonly { number: number }[]): string {
  return partitions.map(({ number }) => number).join(', ');
}
