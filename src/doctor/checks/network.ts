import { chooseNetwork } from '../../launch/choose.ts';
import { type Check, type Finding, ok, warn } from '../check.ts';
import type { Place } from '../place.ts';

export const NETWORK: readonly Check[] = [
  { id: 'network', group: 'network', title: 'network of guests', look: lookAtNetwork },
  { id: 'resolver', group: 'network', title: 'name servers', look: lookAtResolver },
];

const INSTALL = 'apt-get install slirp4netns';

/** What a start would take. */
function lookAtNetwork({ path }: Place): Finding {
  const network = chooseNetwork('auto', undefined, path);
  switch (network.kind) {
    case 'none':
      return warn('none: neither slirp4netns nor slirp is installed', `Install one: ${INSTALL}`);
    case 'slirp':
      return warn(`${network.program}, which is slow`, `Install the faster one: ${INSTALL}`);
    default:
      return ok(network.program);
  }
}

function lookAtResolver({ read }: Place): Finding {
  const servers = [...(read('/etc/resolv.conf') ?? '').matchAll(/^nameserver\s+(\S+)/gm)];
  if (servers.length > 0) return ok(servers.map(([, server]) => server).join(', '));
  return warn(
    'none in /etc/resolv.conf: guests find no names',
    'Name one there, or use addresses instead of names in jobs.',
  );
}
