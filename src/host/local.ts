import type { ExecaError } from 'execa';
import { type Host, HostError, type RunOptions, type RunResult } from './host.ts';

const KILL_GRACE_MS = 5_000;

/** The machine that this process runs on. */
export const localHost: Host = { name: 'local', run };

async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { ExecaError, execa } = await import('execa');
  const [program = '', ...args] = argv;
  try {
    const child = execa(program, args, {
      forceKillAfterDelay: KILL_GRACE_MS,
      input: options.input ?? '',
      ...(options.env !== undefined && { env: options.env }),
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.timeout !== undefined && { timeout: options.timeout * 1_000 }),
      ...(options.signal !== undefined && { cancelSignal: options.signal }),
    });
    if (options.onLine !== undefined) {
      for await (const line of child.iterable({ from: 'stderr' })) options.onLine(String(line));
    }
    const { stdout, stderr } = await child;
    return { stdout, stderr };
  } catch (error) {
    throw error instanceof ExecaError ? toHostError(program, error) : error;
  }
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
