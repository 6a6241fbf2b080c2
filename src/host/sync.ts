/** Runs small programs to their end while everything else waits; also inside a guest, on Node 18. */

import { spawnSync } from 'node:child_process';
import { errnoOf } from '../base/errors.ts';
import { HostError } from './host.ts';

export interface SyncResult {
  /** Exit status; 128 + n after signal n is not told apart and counts as 128. */
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface SyncOptions {
  readonly input?: Uint8Array;
  readonly cwd?: string;
  /** The program is ended after so many bytes of output, which are returned. Default 1 GiB. */
  readonly maxOutput?: number;
}

/**
 * Runs a program; its status is the caller's to judge.
 *
 * @throws {HostError} `COMMAND_NOT_FOUND`
 */
export function runSync(argv: readonly string[], options: SyncOptions = {}): SyncResult {
  const [program = '', ...args] = argv;
  const result = spawnSync(program, args, {
    input: options.input ?? new Uint8Array(0),
    maxBuffer: options.maxOutput ?? 2 ** 30,
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  });
  if (errnoOf(result.error) === 'ENOENT') throw notFound(program, result.error);
  return {
    status: result.status ?? 128,
    stdout: result.stdout ?? Buffer.alloc(0),
    stderr: String(result.stderr ?? ''),
  };
}

export function notFound(program: string, cause: unknown): HostError {
  return new HostError(`Cannot run "${program}": no such program in PATH`, {
    kind: 'missing',
    code: 'COMMAND_NOT_FOUND',
    cause,
  });
}
