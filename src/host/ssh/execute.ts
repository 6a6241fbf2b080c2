import type { Client, ClientChannel } from 'ssh2';
import { HostError, type RunOptions, type RunResult } from '../host.ts';
import { renderScript } from './script.ts';

interface Ended {
  readonly status: number | null;
  readonly signal?: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program there to its end. @throws {HostError} as `Host.run`, and `HOST_UNREACHABLE` */
export async function execute(
  client: Client,
  name: string,
  argv: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const channel = await openShell(client, name);
  channel.end(renderScript(argv, options));
  const { status, signal, stdout, stderr } = await withLimits(channel, name, argv, options);
  if (status === 0) return { stdout, stderr };
  if (status === null && signal === undefined) throw lost(name);
  const [program = ''] = argv;
  const isMissing = status === 127 && /not found/.test(stderr);
  const reason = isMissing
    ? 'no such program in PATH'
    : stderr.trimEnd().split('\n').at(-1) || (signal ? `signal ${signal}` : `status ${status}`);
  throw new HostError(`Cannot run "${program}" on "${name}": ${reason}`, {
    kind: isMissing ? 'missing' : 'remote',
    code: isMissing ? 'COMMAND_NOT_FOUND' : 'COMMAND_FAILED',
    cause: { status, signal, stdout, stderr },
  });
}

function openShell(client: Client, name: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.once('close', () => reject(lost(name)));
    client.exec('exec /bin/sh', (error, channel) => {
      if (error) reject(lost(name, error));
      else resolve(channel);
    });
  });
}

/** What is over its time is left behind there, after a signal that not every server hands on. */
function withLimits(
  channel: ClientChannel,
  name: string,
  [program = '']: readonly string[],
  { timeout, signal }: RunOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const giveUp = (error: unknown): void => {
      channel.signal('TERM');
      channel.close();
      reject(error);
    };
    const onAbort = (): void => giveUp(signal?.reason);
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => giveUp(late(program, name, timeout)), timeout * 1_000);
    signal?.addEventListener('abort', onAbort);
    collect(channel)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      });
  });
}

function collect(channel: ClientChannel): Promise<Ended> {
  const said = { stdout: '', stderr: '' };
  channel.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  channel.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  let end: Pick<Ended, 'status' | 'signal'> = { status: null };
  channel.once('exit', (status: number | null, signal?: string) => {
    end = { status, signal };
  });
  return new Promise((resolve, reject) => {
    channel.once('error', reject);
    channel.once('close', () => resolve({ ...end, ...said }));
  });
}

function late(program: string, name: string, limit: number): HostError {
  return new HostError(`Cannot run "${program}" on "${name}": no answer within ${limit} s`, {
    kind: 'remote',
    code: 'COMMAND_TIMED_OUT',
  });
}

export function lost(name: string, cause?: unknown): HostError {
  return new HostError(`Cannot reach "${name}" by ssh: the connection was lost`, {
    kind: 'remote',
    code: 'HOST_UNREACHABLE',
    hint: 'Try again.',
    cause,
  });
}
