/**
 * What became of a guest, from its report, how its kernel ended and what that said.
 *
 * @module
 */

import type { ErrorKind } from '../base/errors.ts';
import type { Report } from './control.ts';
import { LaunchError } from './launch.ts';
import { SIGNS } from './signs.ts';
import type { Hang } from './watchdog.ts';

/** How the kernel's process ended. */
export interface KernelEnd {
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** What it and the guest's console printed. */
  readonly log: string;
}

/** Why a guest was killed: by us, or by `apppot kill`. */
export type Killed =
  | { readonly kind: 'time limit' }
  | { readonly kind: 'signal'; readonly signal: number }
  | { readonly kind: 'hang'; readonly hang: Hang }
  | { readonly kind: 'command' };

const KINDS: Readonly<Record<number, ErrorKind>> = { 126: 'conflict', 127: 'missing' };

/** When a time limit ended the job, as timeout(1) has it. */
const TIMED_OUT = 124;
const SIGKILL = 9;

/**
 * The job's exit status.
 *
 * The report counts, not the kernel's own status, which can be a crash after all was done.
 *
 * @throws {LaunchError} when the guest did not get as far as a status, or could not keep what the
 * job did.
 */
export function outcome(report: Report, end: KernelEnd, killed?: Killed): number {
  const { status, error } = report;
  if (error !== undefined) throw guestFailed(error, report);
  if (status !== undefined) return finished(status, end);
  switch (killed?.kind) {
    case undefined:
      throw explained(end) ?? died(end);
    case 'time limit':
      return TIMED_OUT;
    case 'signal':
      return 128 + killed.signal;
    case 'hang':
      throw hung(killed.hang, end.log);
    case 'command':
      throw new LaunchError('Cannot finish the job: the guest was killed by "apppot kill"', {
        kind: 'remote',
        code: 'GUEST_KILLED',
        guestStatus: 128 + SIGKILL,
      });
  }
}

function finished(status: number, end: KernelEnd): number {
  const failure = status === 0 ? undefined : explained(end, status);
  if (failure !== undefined) throw failure;
  return status;
}

/** Three lines are what a kernel says about a root filesystem that it waits for. */
const LAST_LINES = 3;

/** Said in every start: the log is a file, for which there is nothing to wait. */
const NOISE = /^ *$|^epollctl add err/;

function hung({ kind, after }: Hang, log: string): LaunchError {
  const details = { kind: 'remote', code: 'GUEST_HUNG', guestStatus: TIMED_OUT } as const;
  if (kind === 'silence') {
    return new LaunchError(`Cannot finish the job: the guest hangs, silent for ${after} s`, {
      ...details,
      hint: 'Run it again with --console-log FILE to see what it said before.',
    });
  }
  const lines = log.split(/[\r\n]+/).filter((line) => !NOISE.test(line));
  const last = lines.slice(-LAST_LINES).map((line) => `\n  | ${printable(line)}`);
  return new LaunchError(
    `Cannot run the guest: it did not get to its job in ${after} s; ` +
      `its console ended with:${last.join('') || ' nothing'}`,
    {
      ...details,
      hint: 'Give it more time with --boot-timeout, or see it all: --console-log FILE.',
    },
  );
}

/** A guest must not play with the terminal of whoever reads its last words. */
function printable(line: string): string {
  return [...line].map((sign) => (sign < ' ' || sign === '\x7f' ? '?' : sign)).join('');
}

function guestFailed(error: string, { status, isExhausted }: Report): LaunchError {
  if (isExhausted && status !== undefined) {
    return new LaunchError(error, {
      kind: 'remote',
      code: 'GUEST_EXHAUSTED',
      guestStatus: status,
    });
  }
  return new LaunchError(error, { kind: KINDS[status ?? 125] ?? 'remote', code: 'GUEST_FAILED' });
}

/** The first sign in the log: of the guest's death or, where there is a status, of the job's. */
function explained({ log }: KernelEnd, status?: number): LaunchError | undefined {
  const signs = SIGNS.filter(({ isOfJob = false }) => isOfJob === (status !== undefined));
  for (const { pattern, code, kind, message, hint } of signs) {
    const found = new RegExp(pattern).exec(log)?.[1];
    if (found === undefined) continue;
    const what = status === undefined ? found.trim() : String(status);
    return new LaunchError(message.replace('%s', what), { kind, code, hint });
  }
  return undefined;
}

/** SIGXFSZ, and the status with which a sandbox passes it on. */
const TOO_LARGE: readonly (number | string | null)[] = ['SIGXFSZ', 153];

/** A host, or a batch system, that runs out of memory ends a program so. */
const KILLED: readonly (number | string | null)[] = ['SIGKILL', 128 + SIGKILL];

function died({ exitCode, signal }: KernelEnd): LaunchError {
  if (KILLED.includes(signal ?? exitCode)) {
    return new LaunchError(
      'Cannot run the guest: its kernel was killed, by somebody or by the host',
      {
        kind: 'remote',
        code: 'GUEST_KILLED',
        hint: 'If memory is short here, or the job may have no more, give the guest less with --mem.',
      },
    );
  }
  if (TOO_LARGE.includes(signal ?? exitCode)) {
    return new LaunchError('Cannot run the guest: a file of it grew beyond the limit (ulimit -f)', {
      kind: 'conflict',
      code: 'LIMIT_TOO_LOW',
      hint: 'Raise the limit, or give the guest less with --mem.',
    });
  }
  const how = signal === null ? `with status ${exitCode}` : `by ${signal}`;
  return new LaunchError(`Cannot run the guest: its kernel ended ${how}`, {
    kind: 'remote',
    code: 'GUEST_DIED',
    hint: 'Run it again with --console-log FILE to keep all that it said.',
  });
}
