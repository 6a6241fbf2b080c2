import { AppPotError } from '../base/errors.ts';

/** Where a command's words go: results to stdout, everything else to stderr. */
export interface Output {
  /** The answer, once: `text` for people, `data` as one JSON line under `--json`. */
  result(data: unknown, text: string): void;
  note(text: string): void;
  /** Something that the user should know, also when they want no notes. */
  warn(text: string): void;
  failure(error: unknown): void;
}

interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** @param program How failures name the program. */
export function textOutput({ stdout, stderr }: Streams, program: string, json = false): Output {
  return {
    result(data, text) {
      stdout.write(`${json ? JSON.stringify(data) : text}\n`);
    },
    note(text) {
      stderr.write(`${text}\n`);
    },
    warn(text) {
      stderr.write(`warning: ${text}\n`);
    },
    failure(error) {
      stderr.write(`${program}: ${describe(error)}\n`);
    },
  };
}

/** Without notes. */
export function quietOutput(out: Output): Output {
  return { ...out, note: () => undefined };
}

function describe(error: unknown): string {
  if (error instanceof AppPotError) {
    return error.hint === undefined ? error.message : `${error.message}\n  ${error.hint}`;
  }
  return `bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
