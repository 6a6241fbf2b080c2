import type { Seconds } from '../../base/clock.ts';
import { type Host, HostError } from '../../host/host.ts';
import { BatchError } from '../batch.ts';

const UNREACHABLE =
  /unable to contact|timed out|connection refused|communication|zero bytes|no such program|authentication|could not resolve/i;

/** Runs Slurm's programs. Unlike others their exit statuses tell whether they were obeyed. */
export interface Ask {
  /** @throws {BatchError} `BATCH_REFUSED`, `BATCH_UNREACHABLE` */
  run(what: string, argv: readonly string[], signal?: AbortSignal): Promise<string>;
  /** What a program's words come to that has failed. */
  failure(what: string, words: string): unknown;
  /** What a program prints, read by `read` as it comes. */
  read<Value>(
    argv: readonly string[],
    read: (pieces: AsyncIterable<Uint8Array>) => Promise<Value>,
    signal?: AbortSignal,
  ): Promise<Value>;
}

export function asking(host: Host, name: string, deadline: Seconds): Ask {
  const options = (signal?: AbortSignal) => ({
    timeout: deadline,
    ...(signal !== undefined && { signal }),
  });
  return {
    run: async (what, argv, signal) => {
      try {
        return (await host.run(argv, options(signal))).stdout;
      } catch (error) {
        throw failure(name, what, error);
      }
    },
    failure: (what, words) =>
      failure(name, what, new HostError(words, { kind: 'remote', code: 'COMMAND_FAILED' })),
    read: async (argv, read, signal) => {
      try {
        return await read(host.stream(argv, options(signal)));
      } catch (error) {
        if (error instanceof BatchError) throw error;
        const cause = error instanceof Error ? error : new Error(String(error));
        throw unreachable(name, `ask ${name} with ${argv[0]}`, cause);
      }
    },
  };
}

function failure(name: string, what: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const isRefusal = 'code' in error && error.code === 'COMMAND_FAILED';
  if (!isRefusal || UNREACHABLE.test(error.message)) return unreachable(name, what, error);
  return new BatchError(`Cannot ${what}: ${wordsOf(error)}`, {
    kind: 'conflict',
    code: 'BATCH_REFUSED',
    cause: error,
  });
}

function unreachable(name: string, what: string, cause: Error): BatchError {
  const reason = what.includes(name) ? wordsOf(cause) : `${name}: ${wordsOf(cause)}`;
  return new BatchError(`Cannot ${what}: ${reason}`, {
    kind: 'remote',
    code: 'BATCH_UNREACHABLE',
    cause,
  });
}

function wordsOf({ message }: Error): string {
  return message.replace(/^Cannot run "[^"]*": /, '').replace(/^\w+: error: /, '');
}
