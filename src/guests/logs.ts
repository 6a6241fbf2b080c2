import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { explain } from '../base/errno.ts';
import type { Bytes } from '../base/units.ts';
import type { InstancePaths } from '../launch/words.ts';
import { GuestError } from './errors.ts';
import { nameOf } from './find.ts';

export interface LogOptions {
  /** Only so many of its last lines. Default: all there is. */
  readonly lines?: number;
  /** Goes on until the guest is gone or `signal` aborts. Default false. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}

/** At most so much of the past is shown. */
const MOST: Bytes = 8 * 2 ** 20;
const LOOK_MS = 100;

/**
 * What a guest's kernel and console have said, piece by piece.
 *
 * @throws {GuestError} `LOG_MISSING`
 */
export async function* readLog(
  paths: InstancePaths,
  { lines, follow = false, signal }: LogOptions = {},
): AsyncGenerator<Uint8Array> {
  const file = openLog(paths);
  try {
    const { size } = fstatSync(file);
    let at = Math.max(0, size - MOST);
    const past = readFrom(file, at);
    at += past.length;
    yield lastLines(past, lines);
    while (follow && !signal?.aborted) {
      const isLast = !existsSync(paths.log);
      if (fstatSync(file).size < at) at = 0;
      const more = readFrom(file, at);
      at += more.length;
      if (more.length > 0) yield more;
      else if (isLast) return;
      else await sleep(LOOK_MS);
    }
  } finally {
    closeSync(file);
  }
}

function openLog(paths: InstancePaths): number {
  try {
    return openSync(paths.log, 'r');
  } catch (cause) {
    const reason = existsSync(paths.directory) ? explain(cause) : 'it has ended';
    throw new GuestError(`Cannot read the log of the guest "${nameOf(paths)}": ${reason}`, {
      kind: 'missing',
      code: 'LOG_MISSING',
      hint: 'To keep a log after the end, start the guest with --console-log FILE.',
      cause,
    });
  }
}

function readFrom(file: number, at: number): Buffer {
  const room = Buffer.alloc(Math.max(0, Math.min(MOST, fstatSync(file).size - at)));
  return room.subarray(0, readSync(file, room, 0, room.length, at));
}

const NEWLINE = 0x0a;

function lastLines(text: Buffer, count: number | undefined): Buffer {
  if (count === undefined) return text;
  let at = text.at(-1) === NEWLINE ? text.length - 1 : text.length;
  for (let left = count; left > 0 && at >= 0; left -= 1) {
    at = at === 0 ? -1 : text.lastIndexOf(NEWLINE, at - 1);
  }
  return count === 0 ? Buffer.alloc(0) : text.subarray(at + 1);
}
