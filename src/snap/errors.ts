/**
 * Changes of a tree: found, kept in a bundle, merged onto another tree of the same base.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';

export type SnapCode =
  | 'BASE_MISSING'
  | 'BASE_MISMATCH'
  | 'BASE_MISPLACED'
  | 'CHANGES_UNEXPLAINED'
  | 'LIVE_UNKNOWN'
  | 'BUNDLE_UNREADABLE'
  | 'BUNDLE_MALFORMED'
  | 'BUNDLE_UNWRITABLE'
  | 'EXCLUDE_MALFORMED'
  | 'EXCLUDE_UNREADABLE'
  | 'MERGE_CONFLICT'
  | 'PARTITION_MALFORMED'
  | 'ROOT_UNUSABLE'
  | 'MERGE_INCOMPLETE'
  | 'REBASE_CONFLICT';

export class SnapError extends AppPotError<SnapCode> {}
