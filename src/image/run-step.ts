import { ImageError } from './errors.ts';

export interface GuestRunOptions {
  /** Receives each line that the script prints. */
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Boots a writable image, runs a shell script in it as root with a network, and powers off.
 *
 * @returns the script's exit status.
 */
export type RunInGuest = (
  image: string,
  script: string,
  options: GuestRunOptions,
) => Promise<{ readonly status: number }>;

const SHOWN_LINES = 10;

/**
 * Runs a recipe's step in an image, which it changes.
 *
 * @param number Position in the recipe, from 1.
 * @throws {ImageError} `STEP_FAILED` with the last lines that the step printed.
 */
export async function runStep(
  runInGuest: RunInGuest,
  image: string,
  { script, number }: { readonly script: string; readonly number: number },
  signal?: AbortSignal,
): Promise<void> {
  const lines: string[] = [];
  const { status } = await runInGuest(image, strict(script), {
    onLine: (line) => {
      lines.push(line);
      if (lines.length > SHOWN_LINES) lines.shift();
    },
    ...(signal !== undefined && { signal }),
  });
  signal?.throwIfAborted();
  if (status === 0) return;
  throw new ImageError(`Cannot run step ${number} of the recipe: it ended with status ${status}`, {
    kind: 'remote',
    code: 'STEP_FAILED',
    hint:
      lines.length === 0 ? 'It printed nothing.' : `Its last lines:\n    ${lines.join('\n    ')}`,
  });
}

/** A step ends at its first command that fails, as the lines of a Makefile do. */
function strict(script: string): string {
  return `set -e\n${script.trimEnd()}\n`;
}
