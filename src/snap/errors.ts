/**
 * Changes of a tree: found, kept in a bundle, merged onto another tree of the same base.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';

export type SnapCode =
  | 'BASE_MISSING'
  | 'BASE_MISMATCH'
  | 'CHANGES_UNEXPLAINED'
  | 'LIVE_UNKNOWN'
  | 'OPTIONS_CONFLICT'
  | 'BUNDLE_UNREADABLE'
  | 'BUNDLE_MALFORMED'
  | 'BUNDLE_UNWRITABLE'
  | 'EXCLUDE_MALFORMED'
  | 'EXCLUDE_UNREADABLE'
  | 'MERGE_CONFLICT'
  | 'ROOT_UNUSABLE'
  | 'MERGE_INCOMPLETE'
  | 'REBASE_CONFLICT';

export class SnapError extends AppPotError<SnapCode> {}
