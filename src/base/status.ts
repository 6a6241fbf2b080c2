/**
 * Exit statuses; for people: `docs/exit-status.md`.
 *
 * @module
 */

import type { ErrorKind } from './errors.ts';

type Statuses = Readonly<Record<ErrorKind, number>>;

/** Of commands that answer for themselves. */
export const OWN_STATUS: Statuses = { usage: 2, partial: 3, missing: 4, conflict: 5, remote: 6 };

/** Of commands whose status is a guest command's: our failures stay out of its way. */
export const GUEST_STATUS: Statuses = {
  usage: 125,
  partial: 125,
  missing: 127,
  conflict: 126,
  remote: 125,
};
