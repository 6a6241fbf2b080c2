import { AppPotError } from '../base/errors.ts';
import { GUEST_STATUS, OWN_STATUS } from '../base/status.ts';

/** A defect of ours. */
const BUG = { own: 1, guest: 125 };

/**
 * Exit status for what a command threw; the tables are `docs/exit-status.md`.
 *
 * @param guest Whether the command's status is otherwise the guest command's.
 */
export function exitStatus(error: unknown, guest: boolean): number {
  const statuses = guest ? GUEST_STATUS : OWN_STATUS;
  if (error instanceof AppPotError) {
    return (guest ? error.guestStatus : undefined) ?? statuses[error.kind];
  }
  if (isCommanderError(error)) return error.exitCode === 0 ? 0 : statuses.usage;
  return guest ? BUG.guest : BUG.own;
}

/** Whether commander already told the user. Its class is not imported: loading it takes time. */
export function isCommanderError(error: unknown): error is Error & { readonly exitCode: number } {
  return (
    error instanceof Error && 'exitCode' in error && error.constructor.name.startsWith('Commander')
  );
}
