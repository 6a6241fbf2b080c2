import { homedir } from 'node:os';
import { join } from 'node:path';
import { ImageError } from '../image/errors.ts';
import type { Deps } from './deps.ts';

/**
 * Where results of stages are kept (XDG Base Directory Specification).
 *
 * @throws {ImageError} `CACHE_UNWRITABLE` when the user has no home.
 */
export function cacheDirectory(env: Deps['env']): string {
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = env;
  return join(cache.startsWith('/') ? cache : join(home || homeOfUser(), '.cache'), 'apppot');
}

function homeOfUser(): string {
  try {
    return homedir();
  } catch (cause) {
    throw new ImageError('Cannot find a place for results of builds: HOME is not set', {
      kind: 'missing',
      code: 'CACHE_UNWRITABLE',
      hint: 'Set HOME, or XDG_CACHE_HOME, to a directory of your own with room.',
      cause,
    });
  }
}
