import { type ChildProcess, spawn } from 'node:child_process';
import type { Seconds } from '../base/clock.ts';
import { errnoOf } from '../base/errors.ts';
import { killGroup } from './processes.ts';

/** How a program did that may well fail, or never end. */
export interface Attempt {
  /** Undefined when it did not end by itself, or could not be started. */
  readonly status?: number;
  /** The signal that ended it. */
  readonly signal?: string;
  /** Why it could not be started, such as `ENOENT` or `EACCES`. */
  readonly error?: string;
  /** The time limit ended it. */
  readonly overdue: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AttemptOptions {
  /** The whole environment. Default: empty. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Ends it early, as if the limit were reached. */
  readonly signal?: AbortSignal;
}

type End = Pick<Attempt, 'status' | 'signal' | 'error' | 'overdue'>;

/**
 * Tries a program, and never takes longer than the limit: one that does not even die, because a dead
 * file server holds it, is left behind. It has a process group of its own, which is ended with it.
 *
 * @returns never rejects.
 */
export async function attempt(
  argv: readonly string[],
  limit: Seconds,
  options: AttemptOptions = {},
): Promise<Attempt> {
  const [program = '', ...args] = argv;
  const child = start(program, args, options);
  if (!('stdio' in child)) return { ...child, stdout: '', stderr: '' };
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('latin1').on('data', (text: string) => {
      said[name] += text;
    });
  }
  const end = await endOf(child, limit, options.signal);
  if (child.pid !== undefined) killGroup(child.pid);
  child.stdout?.destroy();
  child.stderr?.destroy();
  child.unref();
  return { ...end, ...said };
}

function start(
  program: string,
  args: readonly string[],
  { env = {}, cwd }: AttemptOptions,
): ChildProcess | End {
  try {
    return spawn(program, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env },
      ...(cwd !== undefined && { cwd }),
    });
  } catch (error) {
    return { error: errnoOf(error) ?? String(error), overdue: false };
  }
}

/** After its end it has a moment to hand over what it said; others may hold its streams for ever. */
const LAST_WORDS_MS = 200;

function endOf(child: ChildProcess, limit: Seconds, signal?: AbortSignal): Promise<End> {
  return new Promise((resolve) => {
    let after: NodeJS.Timeout | undefined;
    const finish = (end: End): void => {
      clearTimeout(timer);
      clearTimeout(after);
      signal?.removeEventListener('abort', giveUp);
      resolve(end);
    };
    const giveUp = (): void => finish({ overdue: true });
    const timer = setTimeout(giveUp, limit * 1_000);
    signal?.addEventListener('abort', giveUp);
    const ended = (status: number | null, signal: string | null): End => ({
      ...(status === null ? {} : { status }),
      ...(signal === null ? {} : { signal }),
      overdue: false,
    });
    child.once('error', (error) => finish({ error: errnoOf(error) ?? '', overdue: false }));
    child.once('close', (status, signal) => finish(ended(status, signal)));
    child.once('exit', (status, signal) => {
      after = setTimeout(() => finish(ended(status, signal)), LAST_WORDS_MS);
    });
  });
}
