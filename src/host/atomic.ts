/**
 * Files that appear whole or not at all.
 *
 * @module
 */

import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { explain } from '../base/errno.ts';
import { HostError } from './host.ts';
import { isAbandoned, isTemporaryOf, temporaryName } from './temporary-name.ts';

/**
 * Writes a file under a temporary name beside it, then renames it into place.
 *
 * The file and its directory are synced first; when `write` throws, or the process is killed, the
 * old file stays as it was. What killed processes left of it is removed first.
 *
 * @param mode Permissions of the new file, less the umask. Default 0o666.
 * @returns what `write` returned.
 * @throws {HostError} `FILE_UNWRITABLE` when the directory takes no file; else what `write` threw.
 */
export async function writeAtomically<T>(
  path: string,
  write: (file: FileHandle) => Promise<T>,
  mode = 0o666,
): Promise<T> {
  const directory = dirname(path);
  await sweep(directory, basename(path));
  const temporary = join(directory, temporaryName(path));
  const file = await open(temporary, 'wx', mode).catch((cause: unknown) => {
    throw new HostError(`Cannot write "${path}": ${explain(cause)}`, {
      kind: 'conflict',
      code: 'FILE_UNWRITABLE',
      hint: `Choose a file in an existing directory that you may write to.`,
      cause,
    });
  });
  try {
    const result = await write(file);
    await file.sync();
    await file.close();
    await rename(temporary, path);
    await syncDirectory(directory);
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Where it can't be done, nothing is lost but room. */
async function sweep(directory: string, name: string): Promise<void> {
  const found = await readdir(directory).catch(() => []);
  const left = found.filter((other) => isTemporaryOf(name, other) && isAbandoned(other));
  await Promise.all(left.map((other) => rm(join(directory, other)).catch(() => undefined)));
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
