import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { link, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../../base/errors.ts';
import { GridError } from '../errors.ts';

/**
 * Writes a file of JSON that never changes again: whole or not at all, and by one process only.
 *
 * @param isLasting Whether it outlives a loss of power from now on. Not needed for what can be asked for again.
 * @returns whether it was us; false when it is there already.
 */
export async function writeFact(path: string, value: unknown, isLasting = true): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(value, undefined, 1)}\n`);
    await file.sync();
    await link(temporary, path);
    if (isLasting) await syncDirectory(dirname(path));
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await file.close();
    await rm(temporary, { force: true });
  }
}

/** Small, and many at a time: waiting for each would take longer than reading. @returns undefined when it is not there. */
export async function readFact<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw new GridError(`Cannot read the record "${path}": it is no JSON`, {
      kind: 'conflict',
      code: 'RECORD_UNREADABLE',
      hint: 'Move it away; its job may still run.',
      cause,
    });
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
