import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Deps } from './deps.ts';

/** What is kept to be faster the next time (XDG Base Directory Specification). */
export function cacheDirectory(env: Deps['env']): string {
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = env;
  return join(cache.startsWith('/') ? cache : join(home || homedir(), '.cache'), 'apppot');
}
