/**
 * What Grid Engine's programs say to an order. Their exit statuses do not tell: `qmod` fails after it has obeyed, and
 * succeeds when it has refused.
 *
 * @module
 */

import type { Seconds } from '../../base/clock.ts';
import type { Host } from '../../host/host.ts';
import { BatchError } from '../batch.ts';

/** Runs a program, and gives what it says on both streams. */
export type Ask = (argv: readonly string[], request?: Request) => Promise<string>;

export interface Request {
  readonly signal?: AbortSignal | undefined;
  readonly input?: string;
}

/** Times are wanted in UTC, and words in English. */
export const SURROUNDINGS = ['env', 'TZ=UTC', 'LC_ALL=C'];

const UNREACHABLE =
  /commlib error|unable to (?:contact|send message to|connect)|got (?:no|send error|read error)|can't resolve|critical error|^sh: .*not found/im;

/** @throws {BatchError} `BATCH_UNREACHABLE` */
export function asking(host: Host, name: string, deadline: Seconds): Ask {
  return async (argv, { signal, input } = {}) => {
    const merged = ['sh', '-c', '"$@" 2>&1 || :', 'sh', ...argv];
    const text = await host
      .run([...SURROUNDINGS, ...merged], {
        timeout: deadline,
        ...(signal !== undefined && { signal }),
        ...(input !== undefined && { input }),
      })
      .then(
        ({ stdout }) => stdout,
        (error: unknown) => Promise.reject(unreachable(name, String(argv[0]), error)),
      );
    if (UNREACHABLE.test(text)) throw unreachable(name, String(argv[0]), text);
    return text;
  };
}

/** That no answer came, or one that was cut. */
export function unreachable(name: string, program: string, cause: unknown): unknown {
  if (cause instanceof Error && cause.name === 'AbortError') return cause;
  const words =
    cause instanceof Error ? cause.message.replace(/^Cannot /, 'cannot ') : oneLine(String(cause));
  return new BatchError(`Cannot ask ${name} with ${program}: ${words}`, {
    kind: 'remote',
    code: 'BATCH_UNREACHABLE',
    ...(cause instanceof Error && { cause }),
  });
}

/** @param what Completes "Cannot": `add the host "node001" to gridengine`. */
export function refused(what: string, text: string): BatchError {
  return new BatchError(`Cannot ${what}: ${oneLine(text) || 'it says nothing'}`, {
    kind: 'conflict',
    code: 'BATCH_REFUSED',
  });
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, '; ');
}
