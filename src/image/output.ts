import { randomBytes } from 'node:crypto';
import { access, constants, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { explain } from '../base/errno.ts';
import { ImageError } from './errors.ts';

/**
 * Refuses early what could not be written at the end.
 *
 * @throws {ImageError} `IMAGE_UNWRITABLE`
 */
export async function checkOutput(path: string): Promise<void> {
  try {
    await access(dirname(path), constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unwritable(path, `${explain(cause)} in its directory`, cause);
  }
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined && !found.isFile()) throw unwritable(path, 'it is there and not a file');
}

/**
 * Makes a read-only file that appears whole or not at all.
 *
 * @param write Fills the temporary file whose path it is given, in the same directory.
 * @returns what `write` returned.
 */
export async function writeReadOnly<T>(
  path: string,
  write: (temporary: string) => Promise<T>,
): Promise<T> {
  const name = `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`;
  const temporary = join(dirname(path), name);
  try {
    const result = await write(temporary);
    const file = await open(temporary, 'r');
    try {
      await file.chmod(0o444);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return result;
  } finally {
    await rm(temporary, { force: true });
  }
}

function unwritable(path: string, reason: string, cause?: unknown): ImageError {
  return new ImageError(`Cannot write "${path}": ${reason}`, {
    kind: 'conflict',
    code: 'IMAGE_UNWRITABLE',
    hint: 'Choose a file in an existing directory that you may write to.',
    cause,
  });
}
