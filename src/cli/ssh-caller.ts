import { userInfo } from 'node:os';
import type { Caller } from '../host/ssh/settings.ts';
import type { Deps } from './deps.ts';
import { homeOf } from './home.ts';

/** Who logs in elsewhere. OpenSSH looks for its files in the home of the account, whatever `HOME` says. */
export function callerOf(env: Deps['env']): Caller {
  const home = homeOf(env);
  const account = accountOf();
  return {
    home,
    user: account?.username ?? env.USER ?? '',
    ...(account !== undefined && account.homedir !== home && { accountHome: account.homedir }),
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
