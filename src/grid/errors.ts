import { AppPotError } from '../base/errors.ts';
import { type HostCode, HostError } from '../host/host.ts';

export type GridCode =
  /** Nobody answers there, or too late. Whether a request was carried out is not known. */
  | 'TARGET_UNREACHABLE'
  /** It answers, but not as such a target does. */
  | 'TARGET_MALFORMED'
  | 'TARGET_UNKNOWN'
  /** The programs by which it is used are not there. */
  | 'TARGET_MISSING'
  /** None of several. */
  | 'SITES_UNUSABLE'
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
  if (error instanceof HostError) return !BEFORE.has(error.code);
  return !(error instanceof GridError) || UNCERTAIN.has(error.code);
}

const UNCERTAIN: ReadonlySet<GridCode> = new Set(['TARGET_UNREACHABLE', 'TARGET_MALFORMED']);

/** Before anything was asked of the machine. */
const BEFORE: ReadonlySet<HostCode> = new Set([
  'HOST_MALFORMED',
  'HOST_UNTRUSTED',
  'HOST_FORBIDDEN',
]);
