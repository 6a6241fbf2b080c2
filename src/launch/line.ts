/**
 * The control line: a FIFO in the instance directory that the guest's process 1 reads. Format:
 * `docs/formats/control.md`.
 *
 * @module
 */

import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { makeFifo } from '../host/fifo.ts';

/** The line as the guest's owner holds it: when that dies, the line hangs up, and the guest ends. */
export interface Line {
  /** The descriptor for the kernel to read. */
  readonly end: number;
  /** To be called when the kernel has it. */
  releaseEnd(): void;
  /** Sends a line; a guest that has ended hears nothing. */
  tell(text: string): void;
  close(): void;
}

/** @throws {HostError} `FIFO_UNUSABLE` */
export async function openLine(path: string): Promise<Line> {
  await makeFifo(path);
  const end = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const ours = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  return {
    end,
    releaseEnd: () => closeSync(end),
    tell: (text) => void write(ours, text),
    close: () => closeSync(ours),
  };
}

/**
 * Sends a line to a guest that another process owns, and holds the line no longer than that.
 *
 * @returns false when no guest listens.
 */
export function tellGuest(path: string, text: string): boolean {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    try {
      return write(file, text);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

/** Short of `PIPE_BUF`, lines of several writers do not mix: pipe(7). */
function write(file: number, text: string): boolean {
  try {
    return writeSync(file, `${text}\n`) > 0;
  } catch {
    return false;
  }
}
