import { chooseConfinement, tryLandlock } from '../../launch/sandbox.ts';
import { type Check, type Finding, fail, ok, warn } from '../check.ts';
import { answerOf, gauge, type Place } from '../place.ts';

export const SAFETY: readonly Check[] = [
  { id: 'confinement', group: 'safety', title: 'confinement', look: lookAtConfinement },
  { id: 'namespaces', group: 'safety', title: 'user namespaces', look: lookAtNamespaces },
  { id: 'landlock', group: 'safety', title: 'landlock', look: lookAtLandlock },
  { id: 'user', group: 'safety', title: 'user', look: lookAtUser },
  { id: 'umask', group: 'safety', title: 'umask', look: lookAtUmask },
];

/** What a start would choose; as root it refuses to start without any. */
async function lookAtConfinement({ wanted, caller, path }: Place): Promise<Finding> {
  const chosen = await chooseConfinement(wanted.confine, caller.uid, path);
  switch (chosen.kind) {
    case 'bwrap':
      return ok(`${chosen.program}: guests reach only their own files`);
    case 'landlock':
      return ok(`${chosen.program}: guests open only their own files`);
    case 'none':
      return warn(
        `none (${chosen.reason}): root in a guest can do what you can`,
        'Install bubblewrap, have user namespaces allowed, and start only guests that you trust.',
      );
  }
}

async function lookAtNamespaces(place: Place): Promise<Finding | undefined> {
  const tried = await gauge(place, ['namespaces']);
  if (tried.status === 0) return ok('allowed');
  if (tried.status === undefined) return undefined;
  return warn(`denied: ${answerOf(tried)}`, namespaceRemedy(place));
}

/** The three ways in which distributions forbid them. */
function namespaceRemedy({ read }: Place): string {
  const is = (path: string, value: string): boolean => read(path)?.trim() === value;
  if (is('/proc/sys/user/max_user_namespaces', '0')) {
    return 'Ask the administrator for: sysctl user.max_user_namespaces=10000';
  }
  if (is('/proc/sys/kernel/unprivileged_userns_clone', '0')) {
    return 'Ask the administrator for: sysctl kernel.unprivileged_userns_clone=1';
  }
  if (is('/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1')) {
    return 'Ask the administrator for an AppArmor profile that lets bwrap make user namespaces.';
  }
  return 'Ask the administrator, or run outside of this container: guests run unconfined without.';
}

/** What a guest is confined by where there are no user namespaces. */
function lookAtLandlock(): Finding {
  const trial = tryLandlock();
  return ok('program' in trial ? 'works' : `${trial.fault}; needed only without user namespaces`);
}

function lookAtUser({ caller: { uid, gid, user } }: Place): Finding {
  const found = `${user} (${uid}:${gid})`;
  if (uid !== 0) return ok(found);
  return warn(found, 'Start guests as an ordinary user: what escapes from one is root here.');
}

function lookAtUmask({ caller: { umask } }: Place): Finding {
  const found = umask.toString(8).padStart(4, '0');
  if ((umask & 0o700) !== 0) {
    return fail(`${found} keeps you from your own new files`, 'Set it: umask 022');
  }
  if ((umask & 0o002) === 0) {
    return warn(`${found} lets everybody write to your new files`, 'Set it: umask 022');
  }
  return ok(found);
}
