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
}

/**
 * Opens the filesystem that an image holds, at its start or in a partition.
 *
 * @param partition Its number, as Linux counts; default: the only one with a filesystem we know.
 * @throws {TreeError}
 */
export function openFilesystem(image: BlockSource, partition?: number): Filesystem {
  const source = locate(image, partition);
  const volume = openVolume(source);
  const table = inodeTable(volume);
  if ((volume.superblock.incompat & INCOMPAT.recover) === 0) return { volume, table };
  const replayed = openVolume(replayJournal(volume, table));
  return { volume: replayed, table: inodeTable(replayed) };
}

function locate(image: BlockSource, wanted: number | undefined): BlockSource {
  if (wanted === undefined && hasSuperblock(image)) return image;
  const partitions = readPartitions(image);
  if (wanted !== undefined) return numbered(image, partitions, wanted);
  const found = partitions
    .map(({ number, offset, size }) => ({ number, source: rangeSource(image, offset, size) }))
    .filter(({ source }) => hasSuperblock(source));
  const [only] = found;
  if (only === undefined) throw corrupt(image.name, 'it holds no ext2, ext3 or ext4 filesystem');
  if (found.length === 1) return only.source;
  throw unsupported(
    image.name,
    `it has more than one filesystem: in partitions ${listOf(found)}`,
    'Say which partition is meant.',
  );
}

function numbered(image: BlockSource, partitions: readonly Partition[], wanted: number) {
  const partition = partitions.find(({ number }) => number === wanted);
  if (partition !== undefined) return rangeSource(image, partition.offset, partition.size);
  const hint = `It has these: ${listOf(partitions) || 'none'}.`;
  throw unsupported(image.name, `it has no partition ${wanted}`, hint);
}

function listOf(partitions: readonly { number: number }[]): string {
  return partitions.map(({ number }) => number).join(', ');
}
