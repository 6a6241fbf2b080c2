import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, startDaemon } from '../host/processes.ts';
import type { Streams } from '../launch/guest.ts';
import { LaunchError } from '../launch/launch.ts';
import { type RunOptions, type RunResult, runStart } from '../launch/run.ts';
import type { ClusterGuest, ClusterPlan } from './plan.ts';

export interface ClusterOptions extends RunOptions {
  /** Where guests but the first, and programs that start them, say what goes wrong. */
  readonly complaints: Writable;
  /** The whole environment of programs that start guests elsewhere. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One guest of several, while it runs. */
interface Member {
  readonly name: string;
  /** Resolves with its status; rejects when it could not be started. */
  readonly ended: Promise<number>;
  stop(): void;
}

const POLL_MS = 5;
const SIGTERM = 15;
/** For a guest elsewhere to end by itself once its stdin has. */
const FAREWELL_MS = 15_000;

/**
 * Starts all guests, runs the job in the first when the others are up, and ends them together.
 *
 * @returns the job's status.
 * @throws {LaunchError} `CLUSTER_BROKEN` when another guest ended before the job; else as `runStart`.
 */
export async function runCluster(
  { guests, socket, secret }: ClusterPlan,
  streams: Streams,
  options: ClusterOptions,
): Promise<RunResult> {
  const [first, ...others] = guests;
  if (first === undefined || !('plan' in first)) throw new Error('the first guest is not here');
  const key = randomBytes(32).toString('hex');
  if (secret !== undefined) writeSecret(secret, key);
  const members: Member[] = [];
  let ending: Promise<void> | undefined;
  const endMembers = (): Promise<void> => {
    ending ??= endAll(members);
    return ending;
  };
  let stopFirst = (_signal: number): void => undefined;
  const job = runStart(first.plan, streams, {
    ...options,
    // A kernel whose switch has gone is busy with that, and ends late.
    onEnded: endMembers,
    onStop(stop) {
      stopFirst = stop;
      options.onStop?.(stop);
    },
  });
  try {
    await Promise.race([job, attachable(socket, job)]);
    for (const guest of others) members.push(startMember(guest, key, options));
    let fault: unknown;
    for (const member of members) {
      unexpected(member).catch((error: unknown) => {
        if (ending !== undefined) return;
        fault ??= error;
        stopFirst(SIGTERM);
      });
    }
    const result = await job.catch((error: unknown) => {
      throw fault ?? error;
    });
    if (fault !== undefined) throw fault;
    return result;
  } finally {
    await endMembers();
    if (secret !== undefined) rmSync(secret, { force: true });
  }
}

/** Anew: whoever had it before is dead. */
function writeSecret(path: string, key: string): void {
  rmSync(path, { force: true });
  writeFileSync(path, `${key}\n`, { mode: 0o600, flag: 'wx' });
}

async function endAll(members: readonly Member[]): Promise<void> {
  for (const member of members) member.stop();
  await Promise.allSettled(members.map(({ ended }) => ended));
}

/** Until guests can attach, or the first one has ended. */
async function attachable(socket: string, job: Promise<unknown>): Promise<void> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  job.then(end, end);
  while (!over && !existsSync(socket)) await sleep(POLL_MS);
}

function startMember(guest: ClusterGuest, key: string, options: ClusterOptions): Member {
  return 'plan' in guest ? startHere(guest, options) : startThere(guest, key, options);
}

function startHere(
  { name, plan }: Extract<ClusterGuest, { plan: unknown }>,
  { complaints, helperEnvironment }: ClusterOptions,
): Member {
  let asked = false;
  let stop = (_signal: number): void => undefined;
  const run = runStart(
    plan,
    { stdout: complaints, stderr: complaints },
    {
      ...(helperEnvironment && { helperEnvironment }),
      onStop(given) {
        stop = given;
        if (asked) stop(SIGTERM);
      },
    },
  );
  return {
    name,
    ended: run.then(({ status }) => status),
    stop() {
      asked = true;
      stop(SIGTERM);
    },
  };
}

function startThere(
  { name, argv }: Extract<ClusterGuest, { host: unknown }>,
  key: string,
  { complaints, environment }: ClusterOptions,
): Member {
  const child = startDaemon(argv, { stdio: ['pipe', 'ignore', 'pipe'], env: environment });
  child.stdin?.on('error', () => undefined);
  child.stdin?.write(`${key}\n`);
  child.stderr?.on('data', (text: Buffer) => complaints.write(text));
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 128));
  });
  const kill = (): void => void (child.pid === undefined || killGroup(child.pid));
  return {
    name,
    ended,
    stop() {
      child.stdin?.end();
      const timer = setTimeout(kill, FAREWELL_MS);
      ended.finally(() => clearTimeout(timer)).catch(() => undefined);
    },
  };
}

/** Guests other than the first have no end of their own. */
async function unexpected({ name, ended }: Member): Promise<never> {
  const status = await ended;
  throw new LaunchError(`Cannot go on: guest ${name} of the cluster ended with status ${status}`, {
    kind: 'remote',
    code: 'CLUSTER_BROKEN',
    hint: 'Look at what it said above.',
  });
}
