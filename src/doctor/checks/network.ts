import { chooseNetworks } from '../../launch/net/choose.ts';
import { type Check, type Finding, ok, warn } from '../check.ts';
import type { Place } from '../place.ts';
import { kernelOf } from './kernel.ts';

export const NETWORK: readonly Check[] = [
  { id: 'network', group: 'network', title: 'network of guests', look: lookAtNetwork },
  { id: 'resolver', group: 'network', title: 'name servers', look: lookAtResolver },
  { id: 'multicast', group: 'network', title: 'multicast', look: lookAtMulticast },
];

const INSTALL = 'Install slirp4netns (apt-get install slirp4netns).';

/** What a start would take. */
async function lookAtNetwork(place: Place): Promise<Finding | undefined> {
  const kernel = await kernelOf(place);
  if (kernel === undefined) return undefined;
  const { network } = await chooseNetworks({}, kernel, place.path);
  switch (network.kind) {
    case 'none':
      return warn(`none: ${network.reason}`, INSTALL);
    case 'slirp':
      return warn(`${network.program}, which is slow`, INSTALL);
    case 'slirp4netns':
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

/** Destinations as /proc/net/route writes them: proc_net(5). */
const EVERYWHERE = '00000000';
const MULTICAST = '000000E0';

/** For `--net mcast` alone. */
function lookAtMulticast({ read }: Place): Finding {
  const rows = (read('/proc/net/route') ?? '').split('\n').slice(1);
  const targets = rows.map((row) => row.split('\t')[1]);
  const routed = targets.includes(EVERYWHERE) || targets.includes(MULTICAST);
  return ok(routed ? 'has a route' : 'has no route: --net switch:ENDPOINT works without');
}
