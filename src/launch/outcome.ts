/**
 * What became of a guest, from its report, how its kernel ended and what that said.
 *
 * @module
 */

import type { ErrorKind } from '../base/errors.ts';
import type { Report } from './control.ts';
import { GUEST_INIT, type LaunchCode, LaunchError } from './launch.ts';

/** How the kernel's process ended. */
export interface KernelEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What it and the guest's console printed. */
  readonly log: string;
}

interface Sign {
  readonly pattern: RegExp;
  readonly code: LaunchCode;
  readonly kind: ErrorKind;
  readonly message: (found: string) => string;
  readonly hint?: string;
}

/** First match wins: the causes stand before the panics that they end in. */
const SIGNS: readonly Sign[] = [
  {
    pattern: /mtime mismatch \((?<found>[^)]*)\)/,
    code: 'COW_MISMATCH',
    kind: 'conflict',
    message: (found) => `its base image was changed after the COW file was made (times ${found})`,
    hint: 'Name the base image that the COW file was made on, or start with a new COW file.',
  },
  {
    pattern: /size mismatch/i,
    code: 'COW_MISMATCH',
    kind: 'conflict',
    message: () => 'its base image has another size than when the COW file was made',
    hint: 'Name the base image that the COW file was made on, or start with a new COW file.',
  },
  {
    pattern: /F_SETLK failed, file already locked by pid (?<found>\d+)/,
    code: 'COW_LOCKED',
    kind: 'conflict',
    message: (found) => `another guest (process ${found}) is writing to the image or COW file`,
    hint: 'Give each guest a COW file of its own, or make the base image read-only.',
  },
  {
    pattern: /Bus error - the host \S+ or \S+ mount likely just ran out of space/,
    code: 'HOST_MEMORY_FULL',
    kind: 'remote',
    message: () => 'the host has no room left for the memory of the guest',
    hint: 'Give the guest less with --mem, or set TMPDIR to a directory with more room.',
  },
  {
    pattern: /must be not mounted noexec/,
    code: 'TEMP_UNUSABLE',
    kind: 'conflict',
    message: () => 'the directory for its memory is mounted noexec',
    hint: 'Set TMPDIR to a directory where programs may be executed.',
  },
  {
    pattern: /Kernel panic - not syncing: VFS: Unable to mount root fs/,
    code: 'IMAGE_FOREIGN',
    kind: 'conflict',
    message: () => 'the kernel cannot mount the filesystem of the image',
    hint: 'Check the image with "e2fsck -fn", or build it anew.',
  },
  {
    pattern: /Kernel panic - not syncing: (?:Requested init \S+ failed|No working init)/,
    code: 'IMAGE_FOREIGN',
    kind: 'conflict',
    message: () => `the image has no ${GUEST_INIT} that can be executed`,
    hint: 'Use an image made by "apppot image build".',
  },
  {
    pattern: /Kernel panic - not syncing: (?<found>.*)/,
    code: 'KERNEL_PANIC',
    kind: 'remote',
    message: (found) => `its kernel panicked: ${found}`,
    hint: 'Run it again with --console-log FILE, and look at what comes before the panic.',
  },
  {
    pattern: /apppot-init: (?<found>.*)/,
    code: 'GUEST_FAILED',
    kind: 'remote',
    message: (found) => found,
  },
];

const KINDS: Readonly<Record<number, ErrorKind>> = { 126: 'conflict', 127: 'missing' };

/**
 * The job's exit status.
 *
 * The report counts, not the kernel's own status, which can be a crash after all was done.
 *
 * @throws {LaunchError} when the guest did not get as far as a status, or could not keep what the
 * job did.
 */
export function outcome({ status, error }: Report, end: KernelEnd): number {
  if (error !== undefined) throw guestFailed(error, status);
  if (status !== undefined) return status;
  throw died(end);
}

function guestFailed(error: string, status: number | undefined): LaunchError {
  return new LaunchError(error, { kind: KINDS[status ?? 125] ?? 'remote', code: 'GUEST_FAILED' });
}

function died({ log, exitCode, signal }: KernelEnd): LaunchError {
  for (const { pattern, code, kind, message, hint } of SIGNS) {
    const match = pattern.exec(log);
    if (match === null) continue;
    const reason = message(match.groups?.found?.trim() ?? '');
    return new LaunchError(
      reason.startsWith('Cannot') ? reason : `Cannot run the guest: ${reason}`,
      {
        kind,
        code,
        ...(hint === undefined ? {} : { hint }),
      },
    );
  }
  const how = signal === null ? `with status ${exitCode}` : `by ${signal}`;
  const words = log.trim().split('\n').at(-1)?.trim();
  return new LaunchError(
    `Cannot run the guest: its kernel ended ${how}${words ? ` after "${words}"` : ''}`,
    {
      kind: 'remote',
      code: 'GUEST_DIED',
      hint: 'Run it again with --console-log FILE to keep all that it said.',
    },
  );
}
