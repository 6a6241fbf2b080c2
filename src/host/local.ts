import type { ExecaError, Options } from 'execa';
import { errnoOf } from '../base/errors.ts';
import { type Host, HostError, type RunOptions, type RunResult } from './host.ts';

const KILL_GRACE_MS = 5_000;

/** The machine that this process runs on. */
export const localHost: Host = { name: 'local', run, stream };

async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { execa } = await import('execa');
  const [program = '', ...args] = argv;
  const { signal, onLine } = options;
  let onAbort = (): void => undefined;
  try {
    const child = execa(program, args, toExecaOptions(options));
    onAbort = () => endGroup(child.pid, 'SIGINT', options);
    signal?.addEventListener('abort', onAbort);
    child.once('exit', () => endGroup(child.pid, 'SIGKILL', options));
    if (onLine !== undefined) {
      for await (const line of child.iterable({ from: 'stderr' })) onLine(String(line));
    }
    const { stdout, stderr } = await child;
    return { stdout: String(stdout), stderr: String(stderr) };
  } catch (error) {
    throw toFailure(program, error);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

async function* stream(
  argv: readonly string[],
  options: RunOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const { execa } = await import('execa');
  const [program = '', ...args] = argv;
  const child = execa(program, args, { ...toExecaOptions(options), buffer: { stdout: false } });
  const end = child.then(
    () => undefined,
    (error: unknown) => toFailure(program, error),
  );
  // What it has started may hold its streams open for long.
  child.once('exit', (_status, signal) => {
    if (signal !== null) for (const output of [child.stdout, child.stderr]) output?.destroy();
  });
  let isHeard = false;
  try {
    for await (const piece of child.stdout ?? []) yield piece as Uint8Array;
    isHeard = true;
  } catch (error) {
    throw (await end) ?? error;
  } finally {
    if (!isHeard) child.kill('SIGKILL');
    await end;
    endGroup(child.pid, 'SIGKILL', options);
  }
  const failure = await end;
  if (failure !== undefined) throw failure;
}

function toExecaOptions({ input, env, cwd, timeout, signal, group }: RunOptions): Options {
  return {
    forceKillAfterDelay: KILL_GRACE_MS,
    input: input ?? '',
    ...(env !== undefined && { env }),
    ...(cwd !== undefined && { cwd }),
    ...(timeout !== undefined && { timeout: timeout * 1_000 }),
    ...(signal !== undefined && { cancelSignal: signal }),
    ...(group === true && { detached: true, killSignal: 'SIGINT' }),
  };
}

/** A group lives on when its leader is gone: what is left of it is ended here. */
function endGroup(pid: number | undefined, signal: NodeJS.Signals, { group }: RunOptions): void {
  if (pid === undefined || group !== true) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

function toFailure(program: string, error: unknown): unknown {
  return isExecaError(error) ? toHostError(program, error) : error;
}

/** Its class would have to be loaded first. */
function isExecaError(error: unknown): error is ExecaError {
  return error instanceof Error && 'shortMessage' in error;
}

function toHostError(program: string, error: ExecaError): HostError {
  if (error.code === 'ENOENT') {
    return new HostError(`Cannot run "${program}": no such program in PATH`, {
      kind: 'missing',
      code: 'COMMAND_NOT_FOUND',
      cause: error,
    });
  }
  return new HostError(`Cannot run "${program}": ${lastLine(error.stderr) || error.shortMessage}`, {
    kind: 'remote',
    code: error.timedOut ? 'COMMAND_TIMED_OUT' : 'COMMAND_FAILED',
    cause: error,
  });
}

function lastLine(text: unknown): string {
  return typeof text === 'string' ? (text.trimEnd().split('\n').at(-1) ?? '') : '';
}
