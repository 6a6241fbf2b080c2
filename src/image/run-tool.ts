import type { AppPotError } from '../base/errors.ts';
import { type Host, HostError, type RunOptions, type RunResult } from '../host/host.ts';
import { type ImageCode, ImageError } from './errors.ts';

/** How a known complaint of a program is told. */
export interface Complaint {
  readonly pattern: RegExp;
  readonly code: ImageCode;
  readonly kind: AppPotError['kind'];
  /** Completes `Cannot DO: `; is given what the pattern's group `what` found. */
  readonly reason: (what: string) => string;
  readonly hint: string;
}

export interface ToolOptions extends RunOptions {
  /** Completes `Cannot `: `make the filesystem`. */
  readonly goal: string;
  /** Code of a failure that no complaint matches. */
  readonly code: ImageCode;
  readonly complaints?: readonly Complaint[];
}

const DISK_FULL: Complaint = {
  pattern: /No space left on device|Disk quota exceeded|not enough free space/i,
  code: 'DISK_FULL',
  kind: 'conflict',
  reason: () => 'the disk is full',
  hint: 'Free some space, or set TMPDIR and XDG_CACHE_HOME to directories that have more.',
};

/** Lines that say nothing about the cause. */
const NOISE = /^(?:\s*|I: .*|debugfs \d.*|e2fsck \d.*|mke2fs \d.*|E: run_chroot failed.*|W: .*)$/;

/**
 * Runs a program in its own process group; what it complains of becomes one clear error.
 *
 * @throws {ImageError} `DISK_FULL`, the code of a complaint, or `code`.
 * @throws the signal's reason when it was aborted.
 */
export async function runTool(
  host: Host,
  argv: readonly string[],
  { goal, code, complaints = [], ...options }: ToolOptions,
): Promise<RunResult> {
  const lines: string[] = [];
  try {
    return await host.run(argv, {
      ...options,
      group: true,
      env: { ...options.env, LC_ALL: 'C.UTF-8' },
      onLine(line) {
        lines.push(line);
        options.onLine?.(line);
      },
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof HostError) || error.code !== 'COMMAND_FAILED') throw error;
    throw toImageError(lines, { goal, code, complaints, cause: error });
  }
}

function toImageError(
  lines: readonly string[],
  { goal, code, complaints = [], cause }: ToolOptions & { readonly cause: unknown },
): ImageError {
  const text = lines.join('\n');
  for (const { pattern, reason, ...details } of [DISK_FULL, ...complaints]) {
    const found = pattern.exec(text);
    if (found === null) continue;
    const told = reason(found.groups?.what ?? '');
    return new ImageError(`Cannot ${goal}: ${told}`, { ...details, cause });
  }
  const telling = lines.filter((line) => !NOISE.test(line)).slice(-3);
  const reason = telling.length > 0 ? telling.join('; ') : String((cause as Error).message);
  return new ImageError(`Cannot ${goal}: ${reason}`, { kind: 'remote', code, cause });
}
