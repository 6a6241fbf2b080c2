/**
 * Indexes of the names in base images, kept in a cache directory under the state of each image.
 *
 * @module
 */

import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explain } from '../base/errno.ts';
import type { Bytes } from '../base/units.ts';
import { writeAtomically } from '../host/atomic.ts';
import { HostError } from '../host/host.ts';
import type { ImageTree } from '../tree/ext4/image.ts';
import { encodeNamesIndex, type NamesIndex, openNamesIndex } from '../tree/ext4/names-index.ts';
import { stateDigest } from '../tree/ext4/state-digest.ts';

/**
 * Reads all directories of an image, so that changes against it need no search for names.
 *
 * @returns where the index is kept, and its size.
 * @throws {TreeError} `IMAGE_CORRUPT` @throws {HostError} `FILE_UNWRITABLE`
 */
export async function recordIndex(
  cache: string,
  tree: ImageTree,
): Promise<{ readonly file: string; readonly size: Bytes }> {
  const file = indexFile(cache, tree);
  const bytes = encodeNamesIndex(tree.filesystem);
  await makeDirectory(dirname(file));
  await writeAtomically(file, (out) => out.writeFile(bytes));
  return { file, size: bytes.length };
}

/** The index of an image as it is now, if one was recorded. */
export function findIndex(cache: string, tree: ImageTree): NamesIndex | undefined {
  return openNamesIndex(indexFile(cache, tree), tree.filesystem.volume.superblock.inodes);
}

function indexFile(cache: string, { filesystem }: ImageTree): string {
  return join(cache, 'names', `${stateDigest(filesystem.volume).replace(/^sha256:/, '')}.names`);
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (cause) {
    throw new HostError(`Cannot write to "${path}": ${explain(cause)}`, {
      kind: 'conflict',
      code: 'FILE_UNWRITABLE',
      hint: 'Set XDG_CACHE_HOME to a directory that you may write to.',
      cause,
    });
  }
}
