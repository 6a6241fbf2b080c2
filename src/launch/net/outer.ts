import { findProgram } from '../../host/programs.ts';
import { LaunchError, type Network, type Publication } from '../launch.ts';
import type { NetworkOffer } from './offer.ts';
import { renderPublication } from './publication.ts';
import type { OuterWish } from './wish.ts';

/** What decides the outer network beside the wish. */
export interface OuterOptions {
  readonly offer: NetworkOffer;
  /** `$PATH` */
  readonly path: string;
  /** The slirp program that the user names, which then is used. */
  readonly slirp?: string;
  readonly publish?: readonly Publication[];
  /** The guest may reach services on the host's loopback. */
  readonly hostLoopback?: boolean;
}

const SLIRPS = ['./slirp-fullbolt', './slirp', 'slirp-fullbolt', 'slirp'];

/**
 * slirp4netns is several times faster; slirp is what a job may bring along.
 *
 * @throws {LaunchError} `NETWORK_MISSING` when what was asked for by name is not installed,
 * `NETWORK_UNSUPPORTED` when the kernel cannot use it, `PUBLISH_IMPOSSIBLE` by it.
 */
export function chooseOuter(wish: OuterWish['kind'], options: OuterOptions): Network {
  const network = wish === 'auto' ? chooseFastest(options) : chooseNamed(wish, options);
  const { publish = [], hostLoopback } = options;
  if (network.kind !== 'slirp4netns') return network;
  for (const port of publish) checkAnswers(port);
  return {
    ...network,
    ...(hostLoopback ? { hostLoopback: true } : {}),
    ...(publish.length > 0 ? { publish } : {}),
  };
}

function chooseFastest(options: OuterOptions): Network {
  const { offer, slirp, path } = options;
  if (slirp !== undefined) return chooseNamed('slirp', options);
  const fast = findProgram(['slirp4netns'], path);
  const slow = findProgram(SLIRPS, path);
  const network =
    (fast && connect('slirp4netns', fast, offer)) ?? (slow && connect('slirp', slow, offer));
  if (network) return network;
  const isMissing = fast === undefined && slow === undefined;
  return {
    kind: 'none',
    reason: isMissing
      ? 'neither slirp4netns nor slirp is installed'
      : 'this kernel connects to neither slirp4netns nor slirp',
  };
}

function chooseNamed(kind: Outward | 'none', options: OuterOptions): Network {
  if (kind === 'none') return { kind };
  const { offer, slirp, path } = options;
  const names = kind === 'slirp4netns' ? [kind] : slirp === undefined ? SLIRPS : [slirp];
  const program = findProgram(names, path);
  if (program === undefined) throw missing(kind === 'slirp' ? (slirp ?? kind) : kind);
  const network = connect(kind, program, offer);
  if (network === undefined) throw unsupported(kind);
  return network;
}

type Outward = 'slirp4netns' | 'slirp';

/** How a kernel reaches a program: slirp by itself, or by ethernet and our switch. */
function connect(kind: Outward, program: string, offer: NetworkOffer): Network | undefined {
  if (kind === 'slirp' && offer.slirp) return { kind, program };
  if (!offer.vector) return undefined;
  return kind === 'slirp' ? { kind, program, bySwitch: true } : { kind, program };
}

/** Seen with slirp4netns 1.2.0 and libslirp 4.7: questions go in, and answers do not come back. */
function checkAnswers(port: Publication): void {
  if (port.protocol === 'tcp' || !/^(?:127|0)\./.test(port.address)) return;
  throw new LaunchError(
    `Cannot publish ${renderPublication(port)}: slirp4netns brings no answers by UDP back to the loopback`,
    {
      kind: 'conflict',
      code: 'PUBLISH_IMPOSSIBLE',
      hint: 'Publish it on another address of this host: ADDRESS:HOSTPORT:GUESTPORT/udp.',
    },
  );
}

function missing(name: string): LaunchError {
  const other = name === 'slirp4netns' ? 'slirp4netns' : 'slirp';
  return new LaunchError(`Cannot find "${name}": no such program`, {
    kind: 'missing',
    code: 'NETWORK_MISSING',
    hint: `Install it (apt-get install ${other}), or start without a network: --net none.`,
  });
}

function unsupported(kind: Outward): LaunchError {
  const lacks = kind === 'slirp' ? 'both slirp and vector transports' : 'vector transports';
  return new LaunchError(`Cannot use ${kind}: this kernel lacks ${lacks}`, {
    kind: 'conflict',
    code: 'NETWORK_UNSUPPORTED',
    hint:
      kind === 'slirp' ? 'Use another kernel: --kernel.' : 'Use --net slirp, or another kernel.',
  });
}
