import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Seconds } from '../base/clock.ts';
import type { Bytes } from '../base/units.ts';
import { type Attempt, attempt } from '../host/attempt.ts';
import type { Caller } from '../launch/launch.ts';
import type { ConfinementWish } from '../launch/sandbox.ts';

/** What is looked at: this machine, as one process of one user has it. */
export interface Place {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `$PATH`, or its default. */
  readonly path: string;
  /** `$TMPDIR`, or its default. */
  readonly temporary: string;
  /** Where results of image builds are kept. */
  readonly cache: string;
  /** The working directory, which becomes the job's. */
  readonly directory: string;
  readonly hasTerminal: boolean;
  readonly caller: Caller;
  readonly wanted: Wanted;
  /** Directory of the programs that come with this package: `guest` and `native`. */
  readonly kit: string;
  /** A small text file of the system, such as those of /proc; undefined when it cannot be read. */
  readonly read: (path: string) => string | undefined;
  readonly attempt: (argv: readonly string[], limit: Seconds) => Promise<Attempt>;
  /** Ends what was started here. */
  readonly signal?: AbortSignal;
}

/** What guests are to be like. */
export interface Wanted {
  readonly memory: Bytes;
  readonly image?: string;
  readonly kernel?: string;
  readonly confine: ConfinementWish;
}

/** Each waits for the signal; Node.js warns of more listeners than were announced. */
const PROGRAMS_AT_ONCE = 100;

/** The system's own side of a place. */
export function realSystem(
  path: string,
  signal: AbortSignal,
): Pick<Place, 'read' | 'attempt' | 'signal'> {
  setMaxListeners(PROGRAMS_AT_ONCE, signal);
  return {
    read: readText,
    attempt: (argv, limit) => attempt(argv, limit, { env: { PATH: path }, signal }),
    signal,
  };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Runs the program that tries a machine from inside: `image/gauge`. */
export function gauge(
  place: Place,
  words: readonly string[],
  limit: Seconds = 10,
): Promise<Attempt> {
  return place.attempt([`${place.kit}/native/apppot-gauge`, ...words], limit);
}

/** One of its answers: what it found, or why it found nothing. */
export function answerOf({ stdout, error, signal, overdue, status }: Attempt): string {
  if (stdout.trim() !== '') return stdout.trim();
  if (overdue) return 'no answer in time';
  return error ?? signal ?? `status ${status}`;
}
