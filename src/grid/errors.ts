import { AppPotError } from '../base/errors.ts';

export type GridCode =
  /** Nobody answers there, or too late. Whether a request was carried out is not known. */
  | 'TARGET_UNREACHABLE'
  /** It answers, but not as such a target does. */
  | 'TARGET_MALFORMED'
  | 'TARGET_UNKNOWN'
  | 'CREDENTIAL_MISSING'
  | 'CREDENTIAL_UNREADABLE'
  | 'CREDENTIAL_EXPIRED'
  /** The target does not accept our certificate's issuer, or we do not accept the target's. */
  | 'CREDENTIAL_UNTRUSTED'
  /** The target knows who we are, and lets us do nothing. */
  | 'TARGET_FORBIDDEN'
  /** The target read the job and does not take it. */
  | 'JOB_REFUSED'
  /** Another process submits it. */
  | 'JOB_TAKEN'
  | 'JOB_MISSING'
  | 'JOB_UNSUBMITTED'
  | 'JOB_UNFINISHED'
  | 'SWEEP_PARTIAL'
  | 'OUTPUT_MISSING'
  | 'OUTPUT_EXISTS'
  | 'RECORD_UNREADABLE';

export class GridError extends AppPotError<GridCode> {}

/** Whether a call that failed so may have been carried out all the same. */
export function isUncertain(error: unknown): boolean {
  return !(error instanceof GridError) || UNCERTAIN.has(error.code);
}

const UNCERTAIN: ReadonlySet<GridCode> = new Set(['TARGET_UNREACHABLE', 'TARGET_MALFORMED']);
