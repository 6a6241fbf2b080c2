import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { HostError } from './host.ts';

export interface AttendOptions {
  /** Asks the program to end. */
  readonly signal: AbortSignal;
  /** The program has written to descriptor 4, or closed it. */
  readonly onReady?: () => void;
}

/**
 * Runs a program that has our stdin and stdout, until it ends. Its descriptor 3 is closed when we die.
 *
 * @returns its status, 128 after a signal, and the last 64 kB that it said on stderr.
 * @throws {HostError} `COMMAND_NOT_FOUND`
 */
export async function runAttended(
  [program = '', ...args]: readonly string[],
  { signal, onReady }: AttendOptions,
): Promise<{ readonly status: number; readonly stderr: string }> {
  const child = spawn(program, args, { stdio: ['inherit', 'inherit', 'pipe', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT);
  });
  (child.stdio[4] as Readable).once('data', () => onReady?.());
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { status: code ?? 128, stderr };
  } catch (cause) {
    throw new HostError(`Cannot run "${program}": no such program`, {
      kind: 'missing',
      code: 'COMMAND_NOT_FOUND',
      cause,
    });
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const KEPT = 65_536;
