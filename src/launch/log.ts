import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs';
import type { Bytes } from '../base/units.ts';

/** A log longer than this is cut to its end. */
const MOST: Bytes = 16 * 2 ** 20;
const KEPT: Bytes = 2 ** 20;
const LOOK_MS = 5_000;

/** Opens the log of a guest for its kernel to write to: always at the end, wherever that is. */
export function openLog(path: string): number {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_APPEND } = constants;
  return openSync(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600);
}

/** Keeps a log from filling the disk, as long as `signal` is not aborted. */
export function keepLogShort(path: string, signal: AbortSignal): void {
  const timer = setInterval(() => cutLog(path), LOOK_MS);
  signal.addEventListener('abort', () => clearInterval(timer));
}

/**
 * Cuts a log to its end when it is too long; whole lines are kept. What is written meanwhile may be lost.
 *
 * @param most Longest length that is left alone.
 */
export function cutLog(path: string, most = MOST, kept = KEPT): void {
  const file = openSync(path, constants.O_RDWR | constants.O_APPEND);
  try {
    const { size } = fstatSync(file);
    if (size <= most) return;
    const room = Buffer.alloc(kept);
    const end = room.subarray(0, readSync(file, room, 0, kept, size - kept));
    ftruncateSync(file, 0);
    writeSync(file, end.subarray(end.indexOf('\n') + 1));
  } finally {
    closeSync(file);
  }
}
