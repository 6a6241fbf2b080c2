import { join } from 'node:path';
import type { Deps } from './deps.ts';
import { homeOf } from './home.ts';

/** What the user decides (XDG Base Directory Specification). */
export function configDirectory(env: Deps['env']): string {
  const { XDG_CONFIG_HOME: config = '' } = env;
  return join(config.startsWith('/') ? config : join(homeOf(env), '.config'), 'apppot');
}
