import { AppPotError } from '../base/errors.ts';
import { runSync } from '../host/sync.ts';
import type { BytePath, Segment } from './tree.ts';

const TAR =
  'tar --create --format=pax --sparse --hole-detection=seek --sparse-version=1.0 --absolute-names --no-recursion --null --files-from=-';
const BLOCK = 512;
/** Room for about 100,000 segments: a file with more is scanned instead. */
const MAP_BYTES = 4 * 2 ** 20;

/**
 * Asks GNU tar, which can use lseek(2) with SEEK_HOLE as Node cannot, where a file holds data. Its
 * archive starts with the map of GNU's sparse format 1.0 and is cut off there.
 *
 * @returns undefined when there is no GNU tar or no map, as for a file without holes.
 */
export function seekHoles(path: BytePath): readonly Segment[] | undefined {
  try {
    const input = Buffer.from(`${path}\0`, 'latin1');
    const { stdout } = runSync(TAR.split(' '), { input, maxOutput: MAP_BYTES });
    return parseMap(stdout);
  } catch (error) {
    if (error instanceof AppPotError) return undefined;
    throw error;
  }
}

function parseMap(archive: Buffer): readonly Segment[] | undefined {
  const pax = headerSize(archive, 0);
  if (!archive.subarray(BLOCK, BLOCK + pax).includes('GNU.sparse.major=1\n')) return undefined;
  const start = BLOCK + Math.ceil(pax / BLOCK) * BLOCK + BLOCK;
  const [count, ...numbers] = archive.toString('latin1', start).split('\n', MAP_BYTES).map(Number);
  if (count === undefined || numbers.length <= 2 * count) return undefined;
  return Array.from({ length: count }, (_, i) => ({
    offset: numbers[2 * i] ?? 0,
    length: numbers[2 * i + 1] ?? 0,
  })).filter(({ length }) => length > 0);
}

function headerSize(archive: Buffer, at: number): number {
  return Number.parseInt(archive.toString('latin1', at + 124, at + 135), 8) || 0;
}
