/**
 * Files that people write: read as YAML, checked as a whole, every mistake told at once.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';

export type ConfigCode =
  | 'FILE_UNREADABLE'
  | 'FILE_MALFORMED'
  | 'OPTION_MALFORMED'
  | 'RECIPE_UNKNOWN'
  | 'RECIPE_CYCLE';

export class ConfigError extends AppPotError<ConfigCode> {}
