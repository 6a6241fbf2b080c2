import { join } from 'node:path';
import type { Deps } from './deps.ts';
import { homeOf } from './home.ts';

/** What is kept to be faster the next time (XDG Base Directory Specification). */
export function cacheDirectory(env: Deps['env']): string {
  const { XDG_CACHE_HOME: cache = '' } = env;
  return join(cache.startsWith('/') ? cache : join(homeOf(env), '.cache'), 'apppot');
}
