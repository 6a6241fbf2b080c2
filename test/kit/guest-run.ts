/**
 * Runs the installed programs as a user would, and keeps all they say.
 *
 * @module
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, inject } from 'vitest';

/** `user` is an ordinary one without name, home or shell, as batch systems have them. */
export type Person = 'root' | 'user';

/** Everybody that this test run can be: only root can be both. */
export const PEOPLE: readonly Person[] = process.getuid?.() === 0 ? ['root', 'user'] : ['user'];

export const USER_ID = 54_321;

export interface Finished {
  readonly status: number | string | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface RunOptions {
  readonly as?: Person;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Words that run it, such as those of unshare(1). */
  readonly by?: readonly string[];
  /** Bytes for a pipe, a descriptor, or what the word says; default /dev/null. */
  readonly stdin?: Buffer | string | number | 'ignore' | 'closed' | 'open';
  /** It outlives the test that starts it, but not the file. */
  readonly isLasting?: boolean;
  /** Sees the process as soon as it runs. */
  readonly onSpawn?: (child: ChildProcess) => void;
}

/** A test that fails half-way leaves nothing running. */
const living = new Set<ChildProcess>();
const lasting = new Set<ChildProcess>();
afterEach(() => kill(living));
afterAll(() => kill(lasting));

function kill(children: ReadonlySet<ChildProcess>): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Runs to the end, in an environment as bare as a batch job's. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { as = PEOPLE[0], cwd = '/', env = {}, by = [], stdin = 'ignore' } = options;
  const words = [...by, ...argv];
  const [program = '', ...args] = stdin === 'closed' ? [...WITHOUT_STDIN, ...words] : words;
  const child = spawn(program, args, {
    cwd,
    env: { PATH: `${inject('installed').bin}:/usr/local/bin:/usr/bin:/bin`, ...env },
    stdio: [typeof stdin === 'number' || stdin === 'ignore' ? stdin : 'pipe', 'pipe', 'pipe'],
    ...(as === 'user' && process.getuid?.() === 0 ? { uid: USER_ID, gid: USER_ID } : {}),
  });
  const own = options.isLasting ? lasting : living;
  own.add(child);
  child.once('close', () => own.delete(child));
  options.onSpawn?.(child);
  child.stdin?.on('error', () => undefined);
  if (stdin !== 'open') child.stdin?.end(stdin === 'closed' ? '' : stdin);
  return finished(child);
}

const WITHOUT_STDIN = ['sh', '-c', 'exec "$@" <&-', 'sh'];

async function finished(child: ChildProcess): Promise<Finished> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  const status = await new Promise<number | string | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  return { status, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
}

/** The two ways to start a guest that must behave the same. */
export type Way = 'apppot-start' | 'printed script';
export const WAYS: readonly Way[] = ['apppot-start', 'printed script'];

/** Every way to start a guest, by everybody. */
export const CASES: readonly { readonly way: Way; readonly as: Person }[] = WAYS.flatMap((way) =>
  PEOPLE.map((as) => ({ way, as })),
);

/** Starts a guest from the test run's base image, one way or the other. */
export async function start(
  way: Way,
  words: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const { bin, image } = inject('installed');
  const given = words.some((word) => word.startsWith('--image')) ? [] : ['--image', image];
  const argv = [join(bin, 'apppot-start'), ...given, ...words];
  if (way === 'apppot-start') return run(argv, options);
  const { as, cwd, env } = options;
  const printed = await run([argv[0] ?? '', '--print-script', ...argv.slice(1)], {
    ...(as && { as }),
    ...(cwd && { cwd }),
    ...(env && { env }),
  });
  if (printed.status !== 0) return printed;
  const script = join(mkdtempSync(join(inject('installed').directory, 'script-')), 'start.sh');
  chmodSync(join(script, '..'), 0o755);
  writeFileSync(script, printed.stdout);
  return run(['dash', script], options);
}

/** A directory of the test's own where this person may write; removed after the tests. */
export function workDirectory(): { readonly path: string } {
  const directory = { path: '' };
  beforeAll(() => {
    directory.path = mkdtempSync(join(inject('installed').directory, 'work-'));
    chmodSync(directory.path, 0o777);
  });
  afterAll(() => rmSync(directory.path, { recursive: true, force: true }));
  return directory;
}
