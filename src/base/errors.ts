/**
 * Every failure that this program expects.
 *
 * A *kind* says what a caller can do about it; kinds are few, closed and drive the exit status.
 * A *code* names the one cause; codes are many, belong to one room, and tests and docs match them.
 *
 * @module
 */

/** What a caller can do about a failure. See `docs/exit-status.md`. */
export type ErrorKind =
  | 'usage' // the command line or a file the user wrote is wrong: change it
  | 'missing' // something named does not exist: create, install or name it
  | 'conflict' // it is held, forbidden or bound to something else: free it or choose another
  | 'remote' // a program, guest or service answered badly: look at its log, a retry may help
  | 'partial'; // the work is done except for the listed parts

export interface ErrorDetails<Code extends string> {
  readonly kind: ErrorKind;
  readonly code: Code;
  /** One sentence that tells the user what to do next. */
  readonly hint?: string;
  /** Exit status of a command that runs a guest, where that of the kind does not tell enough. */
  readonly guestStatus?: number;
  readonly cause?: unknown;
}

/** Base of the rooms' errors: `class SnapError extends AppPotError<SnapCode> {}` is a whole subclass. */
export class AppPotError<Code extends string = string> extends Error {
  readonly kind: ErrorKind;
  readonly code: Code;
  readonly hint: string | undefined;
  readonly guestStatus: number | undefined;

  constructor(message: string, { kind, code, hint, guestStatus, cause }: ErrorDetails<Code>) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.kind = kind;
    this.code = code;
    this.hint = hint;
    this.guestStatus = guestStatus;
  }
}

/** The errno name of a failed system call, such as `ENOENT`; undefined for anything else. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
