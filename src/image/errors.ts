/**
 * From a recipe to a raw filesystem image: a plan of stages as data, then each stage applied, its
 * result kept in a cache under a key of everything that went into it.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';

export type ImageCode =
  | 'PROGRAM_MISSING'
  | 'GUEST_FILE_MISSING'
  | 'CACHE_UNWRITABLE'
  | 'IMAGE_UNWRITABLE'
  | 'DISK_FULL'
  | 'BOOTSTRAP_FAILED'
  | 'ASSEMBLE_FAILED'
  | 'IMAGE_TOO_SMALL'
  | 'STEP_FAILED'
  | 'IMAGE_BROKEN'
  | 'RECORD_MISSING'
  | 'RECORD_MALFORMED'
  | 'DIGEST_MISMATCH'
  | 'PROJECT_EXISTS'
  | 'PROJECT_UNWRITABLE';

export class ImageError extends AppPotError<ImageCode> {}
