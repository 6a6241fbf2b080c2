import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from '../base/errors.ts';
import type { Bytes } from '../base/units.ts';

/** As {@link readPlainFile}, as text; empty when there is no such file, or something else in its place. */
export function readPlainText(path: string, most: Bytes): string {
  try {
    return readPlainFile(path, most)?.toString() ?? '';
  } catch {
    return '';
  }
}

/**
 * Reads a file that somebody hostile may have made: no link is followed, and no other kind of file waited for.
 *
 * @param most Longest length.
 * @returns undefined when there is none.
 * @throws an error when it is no plain file, or longer.
 */
export function readPlainFile(path: string, most: Bytes): Buffer | undefined {
  const file = openPlainly(path);
  if (file === undefined) return undefined;
  try {
    const info = fstatSync(file);
    if (!info.isFile() || info.size > most) throw new Error(`"${path}" is no plain file`);
    const room = Buffer.alloc(info.size);
    return room.subarray(0, readSync(file, room, 0, room.length, 0));
  } finally {
    closeSync(file);
  }
}

function openPlainly(path: string): number | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
