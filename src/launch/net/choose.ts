import type { Publication, StartPlan } from '../launch.ts';
import { LaunchError } from '../launch.ts';
import { hostsFile } from './hosts-file.ts';
import { networkOffer } from './offer.ts';
import { chooseOuter } from './outer.ts';
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
  /** File with the secret that a switch asks for over TCP. */
  readonly secret?: string;
  readonly gateway?: string;
  readonly nameserver?: string;
  readonly hostname?: string;
  readonly hosts?: string;
  /** Names of the guests that work together, a line each. */
  readonly machines?: string;
}

type Networks = Pick<
  StartPlan,
  'network' | 'segments' | 'gateway' | 'nameserver' | 'hostname' | 'hosts' | 'machines'
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
  return {
    network: chooseOuter(outerOf(wishes), options),
    segments,
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
