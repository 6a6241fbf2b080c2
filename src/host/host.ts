/**
 * The machine that a program runs on, and its files.
 *
 * @module
 */

import type { Seconds } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';

export type HostCode =
  | 'COMMAND_FAILED'
  | 'COMMAND_NOT_FOUND'
  | 'COMMAND_TIMED_OUT'
  | 'FILE_UNWRITABLE'
  | 'FIFO_UNUSABLE'
  | 'HOST_MALFORMED' // not the name of a machine
  | 'HOST_UNREACHABLE' // no answer, or the connection was lost: what was asked for may have been done
  | 'HOST_UNTRUSTED' // its key is not known, or another one
  | 'HOST_FORBIDDEN'; // it lets us not in

export class HostError extends AppPotError<HostCode> {}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** What the program reads on stdin. Default: nothing. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Until the program is ended with SIGTERM, then SIGKILL 5 s later. Default: none. */
  readonly timeout?: Seconds;
  /** Receives each line of stderr as it comes. */
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
  /**
   * Run it as leader of a process group of its own, and end the whole group with it: by SIGINT, as
   * Ctrl-C does, because shell scripts clean up at that. Default false.
   */
  readonly group?: boolean;
}

export interface Host {
  /** How messages name it: `local` or `user@machine`. */
  readonly name: string;
  /**
   * Runs a program to its end, never through a shell.
   *
   * @param argv Program and arguments, at least one word.
   * @throws {HostError} `COMMAND_NOT_FOUND`, `COMMAND_FAILED` (non-zero status or signal; the
   * message carries the last line of stderr), `COMMAND_TIMED_OUT`.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /**
   * Runs a program, and gives what it prints on stdout as it comes: for output that is too large to be held.
   * Ends the program when the loop is left early.
   *
   * @returns pieces of any size, each to be used before the next is asked for. The last one is only good when the
   * loop ends without an error: a program that fails has been heard up to then.
   * @throws {HostError} As {@link Host.run} does.
   */
  stream(argv: readonly string[], options?: RunOptions): AsyncIterable<Uint8Array>;
}
