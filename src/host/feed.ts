import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { errnoOf } from '../base/errors.ts';
import { HostError } from './host.ts';
import { notFound } from './sync.ts';

export interface FeedOptions {
  readonly cwd?: string;
  /** File descriptor that becomes the program's stdout. Default: nowhere. */
  readonly stdout?: number;
}

/** A running program that reads what we write. */
export interface Feed {
  /** @throws {HostError} `COMMAND_FAILED` when the program ended already. */
  write(chunk: Uint8Array): Promise<void>;
  /** Whether it is still there. */
  isRunning(): boolean;
  /** Closes its stdin and waits for its end; `stderr` holds at most its last 64 kB. */
  end(): Promise<{ readonly status: number; readonly stderr: string }>;
  /** As {@link Feed.end}. @throws {HostError} `COMMAND_FAILED` when the status is not 0. */
  finish(): Promise<void>;
  /** Kills it, and waits. */
  abort(): Promise<void>;
}

const KEPT_STDERR = 65_536;

/**
 * Starts a program that takes its input from us.
 *
 * @throws {HostError} `COMMAND_NOT_FOUND`
 */
export async function feed(argv: readonly string[], options: FeedOptions = {}): Promise<Feed> {
  const child = await started(argv, options);
  const ended = once(child, 'close').then(([status]) => (status as number | null) ?? 128);
  const { stdin } = child;
  let broken = false;
  let stderr = '';
  stdin?.on('error', () => {
    broken = true;
  });
  child.stderr?.setEncoding('latin1').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR);
  });
  async function end(): Promise<{ status: number; stderr: string }> {
    stdin?.end();
    return { status: await ended, stderr };
  }
  return {
    async write(chunk) {
      await new Promise<void>((resolve) => {
        if (stdin === null) resolve();
        else stdin.write(chunk, () => resolve());
      });
      if (broken) throw failed(argv, await ended, stderr);
    },
    isRunning: () => child.exitCode === null && child.signalCode === null,
    end,
    async finish() {
      const { status } = await end();
      if (status !== 0) throw failed(argv, status, stderr);
    },
    async abort() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/**
 * Runs a program over a stream of bytes.
 *
 * @throws {HostError} `COMMAND_NOT_FOUND`, `COMMAND_FAILED`
 */
export async function* filtered(
  argv: readonly string[],
  input: Readable,
): AsyncGenerator<Uint8Array> {
  const child = await started(argv, {}, 'pipe');
  const ended = once(child, 'close');
  let stderr = '';
  child.stderr?.on('data', (text: Buffer) => {
    stderr += text.toString('latin1');
  });
  child.stdin?.on('error', () => input.destroy());
  if (child.stdin !== null) input.pipe(child.stdin);
  try {
    if (child.stdout !== null) yield* child.stdout as AsyncIterable<Uint8Array>;
    const [status] = (await ended) as [number | null];
    if (status !== 0) throw failed(argv, status ?? 128, stderr);
  } finally {
    input.destroy();
    child.kill('SIGKILL');
  }
}

async function started(
  [program = '', ...args]: readonly string[],
  { cwd, stdout }: FeedOptions,
  output: 'pipe' | 'ignore' = 'ignore',
): Promise<ChildProcess> {
  const child = spawn(program, args, {
    stdio: ['pipe', stdout ?? output, 'pipe'],
    ...(cwd !== undefined && { cwd }),
  });
  await once(child, 'spawn').catch((error: unknown) => {
    throw errnoOf(error) === 'ENOENT' ? notFound(program, error) : error;
  });
  return child;
}

function failed([program]: readonly string[], status: number, stderr: string): HostError {
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  return new HostError(`Cannot run "${program}": ${last === '' ? `status ${status}` : last}`, {
    kind: 'remote',
    code: 'COMMAND_FAILED',
  });
}
