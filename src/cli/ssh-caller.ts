import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import type { Caller } from '../host/ssh/settings.ts';
import type { Deps } from './deps.ts';
import { homeOf } from './home.ts';

/** Who logs in elsewhere. OpenSSH looks for its files in the home of the account, whatever `HOME` says. */
export function callerOf(env: Deps['env']): Caller {
  const home = homeOf(env);
  const account = accountOf();
  const configuration = join(home, '.ssh/config');
  const isElsewhere = account?.homedir !== home;
  return {
    home,
    user: account?.username ?? env.USER ?? '',
    ...(isElsewhere && { configuration: existsSync(configuration) ? configuration : '/dev/null' }),
  };
}

/** Undefined for those whom the system does not know. */
function accountOf() {
  try {
    return userInfo();
  } catch {
    return undefined;
  }
}
