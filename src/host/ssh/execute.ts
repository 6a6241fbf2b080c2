import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import type { Seconds } from '../../base/clock.ts';
import { HostError, type RunOptions, type RunResult } from '../host.ts';
import { ask, lost } from './ask.ts';
import { afterFirstLine, linesTo } from './lines.ts';
import { renderScript } from './script.ts';

/** How a program ended; without a status and a signal the connection was lost. */
interface End {
  readonly status: number | null;
  readonly signal?: string | undefined;
}

/** Runs a program there to its end. @throws {HostError} as `Host.run`, and `HOST_UNREACHABLE` */
export async function execute(
  client: Client,
  name: string,
  argv: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const run = await start(client, name, argv, options);
  const said = { stdout: '', stderr: '' };
  run.channel.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  run.hear((text) => {
    said.stderr += text;
  });
  const failure = failureOf(await run.end, said.stderr, name, argv);
  if (failure !== undefined) throw failure;
  return { stdout: said.stdout, stderr: said.stderr.trimEnd() };
}

/** The same for `Host.stream`. */
export async function* listen(
  client: Client,
  name: string,
  argv: readonly string[],
  options: RunOptions,
): AsyncGenerator<Uint8Array, void> {
  const run = await start(client, name, argv, options);
  let stderr = '';
  run.hear((text) => {
    stderr = (stderr + text).slice(-KEPT);
  });
  let isHeard = false;
  try {
    // The channel itself would wait for an end that may never come.
    const body = run.channel.pipe(new PassThrough());
    run.end.catch((error: Error) => body.destroy(error));
    for await (const piece of body) yield piece as Uint8Array;
    isHeard = true;
  } finally {
    if (!isHeard) run.giveUp();
  }
  const failure = failureOf(await run.end, stderr, name, argv);
  if (failure !== undefined) throw failure;
}

/** Of what a program says on stderr. */
const KEPT = 65_536;

interface Run {
  readonly channel: ClientChannel;
  /** Rejects when it takes too long, or is not wanted any more. */
  readonly end: Promise<End>;
  hear(listener: (text: string) => void): void;
  /** Ends what runs; not every server hands on signals. */
  giveUp(): void;
}

async function start(
  client: Client,
  name: string,
  argv: readonly string[],
  { timeout, signal, onLine, ...given }: RunOptions,
): Promise<Run> {
  const channel = await openShell(client, name);
  const leader = { pid: undefined as string | undefined };
  const giveUp = (): void => {
    if (leader.pid !== undefined) void endGroup(client, name, leader.pid);
    channel.close();
  };
  const end = withLimits(endOf(channel), giveUp, {
    ...(timeout !== undefined && { timeout, late: late(argv[0] ?? '', name, timeout) }),
    ...(signal !== undefined && { signal }),
  });
  end.catch(() => undefined);
  channel.end(`echo $$ >&2\n${renderScript(argv, given)}`);
  const hear = (listener: (text: string) => void): void => {
    const lines = linesTo(onLine);
    channel.stderr.setEncoding('utf8').on(
      'data',
      afterFirstLine(
        (line) => {
          leader.pid = line;
        },
        (text) => {
          listener(text);
          lines(text);
        },
      ),
    );
  };
  return { channel, end, hear, giveUp };
}

const FIRST_PAUSE_MS = 50;
const MOST_TRIES = 16;

/** A server that has as many sessions as it allows says no, also while it clears away one that has ended. */
async function openShell(client: Client, name: string): Promise<ClientChannel> {
  for (let [tries, pause] = [1, FIRST_PAUSE_MS]; ; tries += 1, pause *= 1.4) {
    try {
      return await ask(client, name, (done) => client.exec('exec /bin/sh', done), refused);
    } catch (error) {
      if (!(error instanceof HostError && error.code === 'HOST_FORBIDDEN')) throw error;
      if (tries === MOST_TRIES) throw error;
      await sleep(pause);
    }
  }

  function refused(error: Error): HostError {
    if (!('reason' in error)) return lost(name, error);
    return new HostError(`Cannot use "${name}" by ssh: it opens no session`, {
      kind: 'conflict',
      code: 'HOST_FORBIDDEN',
      hint: 'Does it let you run commands? See MaxSessions of its sshd_config, too.',
      cause: error,
    });
  }
}

/** The shell has a session of its own, and what it becomes has its number. */
async function endGroup(client: Client, name: string, pid: string): Promise<void> {
  const channel = await openShell(client, name).catch(() => undefined);
  channel?.on('data', () => undefined).stderr.on('data', () => undefined);
  channel?.end(`kill -s KILL -- -${pid}\n`);
}

function endOf(channel: ClientChannel): Promise<End> {
  let end: End = { status: null };
  channel.once('exit', (status: number | null, signal?: string) => {
    end = { status, signal };
  });
  return new Promise((resolve, reject) => {
    channel.once('error', reject);
    channel.once('close', () => resolve(end));
  });
}

interface Limits {
  readonly timeout?: Seconds;
  readonly late?: HostError;
  readonly signal?: AbortSignal;
}

function withLimits(
  end: Promise<End>,
  giveUp: () => void,
  { timeout, late, signal }: Limits,
): Promise<End> {
  return new Promise((resolve, reject) => {
    const stop = (error: unknown): void => {
      reject(error);
      giveUp();
    };
    const onAbort = (): void => stop(signal?.reason);
    const timer = timeout === undefined ? undefined : setTimeout(() => stop(late), timeout * 1_000);
    signal?.addEventListener('abort', onAbort);
    end.then(resolve, reject).finally(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    });
    if (signal?.aborted === true) onAbort();
  });
}

function failureOf(
  { status, signal }: End,
  stderr: string,
  name: string,
  [program = '']: readonly string[],
): HostError | undefined {
  if (status === 0) return undefined;
  if (status === null && signal === undefined) return lost(name);
  const isMissing = status === 127 && /not found/.test(stderr);
  const reason = isMissing
    ? 'no such program in PATH'
    : stderr.trimEnd().split('\n').at(-1) || (signal ? `signal ${signal}` : `status ${status}`);
  return new HostError(`Cannot run "${program}" on "${name}": ${reason}`, {
    kind: isMissing ? 'missing' : 'remote',
    code: isMissing ? 'COMMAND_NOT_FOUND' : 'COMMAND_FAILED',
    cause: { status, signal, stderr },
  });
}

function late(program: string, name: string, limit: number): HostError {
  return new HostError(`Cannot run "${program}" on "${name}": no answer within ${limit} s`, {
    kind: 'remote',
    code: 'COMMAND_TIMED_OUT',
  });
}
