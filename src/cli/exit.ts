import { AppPotError, type ErrorKind } from '../base/errors.ts';

type Statuses = Readonly<Record<ErrorKind | 'bug', number>>;

/** Commands that answer for themselves. */
const OWN: Statuses = { usage: 2, partial: 3, missing: 4, conflict: 5, remote: 6, bug: 1 };

/** Commands whose status is a guest command's: ours stay out of its way. */
const GUEST: Statuses = {
  usage: 125,
  partial: 125,
  missing: 127,
  conflict: 126,
  remote: 125,
  bug: 125,
};

/**
 * Exit status for what a command threw; the tables are `docs/exit-status.md`.
 *
 * @param guest Whether the command's status is otherwise the guest command's.
 */
export function exitStatus(error: unknown, guest: boolean): number {
  const statuses = guest ? GUEST : OWN;
  if (error instanceof AppPotError) return statuses[error.kind];
  if (isCommanderError(error)) return error.exitCode === 0 ? 0 : statuses.usage;
  return statuses.bug;
}

/** Whether commander already told the user. Its class is not imported: loading it takes time. */
export function isCommanderError(error: unknown): error is Error & { readonly exitCode: number } {
  return (
    error instanceof Error && 'exitCode' in error && error.constructor.name.startsWith('Commander')
  );
}
