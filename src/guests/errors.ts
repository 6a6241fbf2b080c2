/**
 * Running guests, seen from other processes than the one that started them: listed, ended, read, entered.
 *
 * What is known of them is in their instance directories: `docs/formats/instance.md`.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';

export type GuestCode =
  | 'GUEST_UNKNOWN'
  | 'GUEST_DEAD'
  | 'GUEST_ENDED'
  | 'GUEST_NOT_READY'
  | 'GUEST_STUBBORN'
  | 'GUESTS_PARTIAL'
  | 'LOG_MISSING'
  | 'SESSION_BROKEN'
  | 'TERMINAL_MISSING';

export class GuestError extends AppPotError<GuestCode> {}
