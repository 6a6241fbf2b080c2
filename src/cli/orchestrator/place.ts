import { hostname, tmpdir } from 'node:os';
import { openTarget } from '../../grid/open.ts';
import { localHost } from '../../host/local.ts';
import { sshMachine } from '../../host/ssh/machine.ts';
import { systemClock } from '../../host/system-clock.ts';
import { systemRandom } from '../../host/system-random.ts';
import type { Caller } from '../../launch/launch.ts';
import type { Place } from '../../orchestrator/from-config/place.ts';
import { callerOf } from '../caller.ts';
import { ownCredentials } from '../credentials.ts';
import type { Deps } from '../deps.ts';
import { helperEnvironment } from '../environment.ts';
import { homeOf } from '../home.ts';

/** Until a connection by ssh is up. */
const CONNECTING = 30;

/** This machine, as an orchestrator uses it. */
export function placeOf({ env, host }: Deps): Place {
  const caller = callerOf(process);
  return {
    ...{ clock: systemClock, random: systemRandom, host, caller },
    owner: `${caller.user}@${hostname()}`,
    path: env.PATH ?? '/usr/sbin:/usr/bin:/sbin:/bin',
    temporary: env.TMPDIR || tmpdir(),
    connect: (destination) =>
      sshMachine({
        ...{ destination, deadline: CONNECTING, local: host },
        caller: { user: caller.user, home: homeOf(env) },
        agent: env.SSH_AUTH_SOCK,
      }),
    openTarget: (spec, base) =>
      openTarget(spec, {
        ...{ base, host, now: systemClock.now, agent: env.SSH_AUTH_SOCK },
        credentials: ownCredentials(env),
        environment: helperEnvironment(env),
        caller: { user: caller.user, home: homeOf(env) },
      }),
    userOf,
  };
}

/** As getent(1) knows it: `name:x:uid:gid:…`. */
async function userOf(name: string): Promise<Caller | undefined> {
  const ask = (database: string, key: string) =>
    localHost.run(['getent', database, key], { timeout: 10 }).then(
      ({ stdout }) => stdout.trim().split(':'),
      () => undefined,
    );
  const [user, , uid, gid = ''] = (await ask('passwd', name)) ?? [];
  if (user === undefined || uid === undefined) return undefined;
  const [group = user] = (await ask('group', gid)) ?? [];
  return { uid: Number(uid), gid: Number(gid), user, group, umask: process.umask() };
}
