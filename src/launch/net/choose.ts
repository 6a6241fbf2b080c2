import type { Publication, StartPlan } from '../launch.ts';
import { LaunchError } from '../launch.ts';
import { hostsFile } from './hosts-file.ts';
import { networkOffer } from './offer.ts';
import { chooseOuter } from './outer.ts';
import { renderPublication } from './publication.ts';
import { chooseSegment } from './segment.ts';
import type { NetworkWish, OuterWish, SegmentWish } from './wish.ts';

/** All that a user can say about a guest's networks. */
export interface NetworkRequest {
  /** Default: the fastest that leads out. */
  readonly wishes?: readonly NetworkWish[];
  /** The slirp program to use. */
  readonly slirp?: string;
  readonly publish?: readonly Publication[];
  readonly hostLoopback?: boolean;
  /** The guest's number in its private networks. */
  readonly node?: number;
  /** File with the secret that a switch asks for over TCP, and that guests in a group share. */
  readonly secret?: string;
  /** File for a secret of the user's own, for groups where no other is given; made when needed. */
  readonly ownSecret?: string;
  readonly gateway?: string;
  readonly nameserver?: string;
  readonly hostname?: string;
  readonly hosts?: string;
  /** Names of the guests that work together, a line each. */
  readonly machines?: string;
}

type Networks = Pick<
  StartPlan,
  'network' | 'segments' | 'relays' | 'gateway' | 'nameserver' | 'hostname' | 'hosts' | 'machines'
>;

/**
 * Decides a guest's networks from what its kernel and this machine have.
 *
 * @throws {LaunchError}
 */
export async function chooseNetworks(
  request: NetworkRequest,
  kernel: string,
  path: string,
): Promise<Networks> {
  const { wishes = [], gateway, nameserver, hostname, machines } = request;
  const options = { ...request, path, offer: await networkOffer(kernel) };
  const inner = wishes.filter(isSegment);
  const segments = inner.map((wish, index) => chooseSegment(wish, index, options));
  const hosts = request.hosts ?? ownHosts(hostname, segments[0]?.address);
  const network = chooseOuter(outerOf(wishes), options);
  const relays = network.kind === 'slirp4netns' ? [] : chooseRelays(request.publish ?? []);
  return {
    network,
    segments,
    ...(relays.length > 0 && { relays }),
    ...(gateway !== undefined && { gateway }),
    ...(nameserver !== undefined && { nameserver }),
    ...(hostname !== undefined && { hostname }),
    ...(hosts !== undefined && { hosts }),
    ...(machines !== undefined && { machines }),
  };
}

/** A guest knows at least itself by the name that it is given. */
function ownHosts(hostname: string | undefined, address = '127.0.1.1'): string | undefined {
  return hostname === undefined ? undefined : hostsFile([`${address}\t${hostname}`]);
}

/** Other networks lead nothing in, or to everybody: slirp opens each port on all addresses of the host. */
function chooseRelays(ports: readonly Publication[]): readonly Publication[] {
  const odd = ports.find(({ protocol }) => protocol === 'udp');
  if (odd === undefined) return ports;
  throw new LaunchError(
    `Cannot publish ${renderPublication(odd)}: only slirp4netns leads UDP into a guest`,
    {
      kind: 'conflict',
      code: 'PUBLISH_IMPOSSIBLE',
      hint: 'Install slirp4netns, and use --net auto.',
    },
  );
}

function isSegment(wish: NetworkWish): wish is SegmentWish {
  return wish.kind === 'mcast' || wish.kind === 'switch' || wish.kind === 'tap';
}

/** Who asks for private networks only gets those only. */
function outerOf(wishes: readonly NetworkWish[]): OuterWish['kind'] {
  const [first, ...more] = wishes.filter((wish): wish is OuterWish => !isSegment(wish));
  if (more.length > 0) throw several(first?.kind, more[0]?.kind);
  return first?.kind ?? (wishes.length === 0 ? 'auto' : 'none');
}

function several(one: string | undefined, other: string | undefined): LaunchError {
  return new LaunchError(`Cannot use the networks "${one}" and "${other}" at once`, {
    kind: 'usage',
    code: 'NETWORK_MALFORMED',
    hint: 'Give a guest one network that leads out, and any number of private ones.',
  });
}
