import type { Endpoint, Network, Segment, StartPlan } from '../launch.ts';
import { SWITCH_PROGRAM } from '../switch-program.ts';
import type { InstancePaths } from '../words.ts';
import { linkWords, renderEndpoint } from './endpoint.ts';
import { FAST_MTU, segmentSocket } from './interfaces.ts';

/**
 * A program that stands between a guest and a network. It listens at its socket once it is ready, and
 * ends when descriptor 3 is closed, which also happens when we die.
 */
export interface Helper {
  readonly argv: readonly [program: string, ...string[]];
  readonly socket: string;
  /** What it leads to, for messages. */
  readonly target: string;
}

/** The programs to run beside the guest; the rest is done by its kernel itself. */
export function helpers(
  { network, segments }: Pick<StartPlan, 'network' | 'segments'>,
  paths: InstancePaths,
): readonly Helper[] {
  return [
    ...outer(network, paths),
    ...segments.flatMap((segment, index) => inner(segment, segmentSocket(paths, index + 1))),
  ];
}

/** Where slirp4netns takes orders: slirp4netns(1), `--api-socket`. */
export function apiSocket({ directory }: InstancePaths): string {
  return `${directory}/api.sock`;
}

function outer(network: Network, paths: InstancePaths): Helper[] {
  if (network.kind === 'slirp' && network.bySwitch) return [slirp(network.program, paths)];
  if (network.kind !== 'slirp4netns') return [];
  const { program, hostLoopback, publish = [] } = network;
  const argv = [
    ...[program, '--target-type=bess', `--mtu=${FAST_MTU}`],
    ...(hostLoopback ? [] : ['--disable-host-loopback']),
    ...(publish.length === 0 ? [] : [`--api-socket=${apiSocket(paths)}`]),
    ...['--exit-fd=3', paths.network],
  ] as const;
  return [{ argv: [program, ...argv.slice(1)], socket: paths.network, target: 'slirp4netns' }];
}

/** Without a home slirp dies; it reads its settings there, and finds none. */
function slirp(program: string, { network: socket, sockets }: InstancePaths): Helper {
  const own = ['--', 'env', `HOME=${sockets}`, program];
  const words = ['--exit-fd=3', '--slip', `listen=unix:${socket}`, ...own];
  return { argv: [SWITCH_PROGRAM, ...words], socket, target: 'slirp' };
}

function inner(segment: Segment, socket: string): Helper[] {
  const listen = ['--exit-fd=3', `listen=unix:${socket}`];
  if (segment.kind === 'mcast') {
    const argv = [SWITCH_PROGRAM, ...listen, ...groupWords(segment)] as const;
    return [{ argv, socket, target: 'multicast' }];
  }
  if (segment.kind !== 'switch' || segment.endpoint.kind === 'unix') return [];
  const target = `the switch ${renderEndpoint(segment.endpoint)}`;
  const { endpoint } = segment;
  if (endpoint.kind === 'own') return [ownSwitch(endpoint, listen, socket)];
  const secret = endpoint.kind === 'tcp' ? [`--secret=${endpoint.secret}`] : [];
  const argv = [SWITCH_PROGRAM, ...secret, ...listen, ...linkWords(endpoint)] as const;
  return [{ argv, socket, target }];
}

/** The words by which our switch joins a group. */
export function groupWords(segment: Extract<Segment, { kind: 'mcast' }>): readonly string[] {
  const { group, port, secret, isOwn } = segment;
  return [`--${isOwn ? 'own-secret' : 'secret'}=${secret}`, `link=mcast:${group}:${port}`];
}

function ownSwitch(
  { listen, secret }: Extract<Endpoint, { kind: 'own' }>,
  words: readonly string[],
  socket: string,
): Helper {
  const tcp = listen === undefined ? [] : [`--secret=${secret}`, `listen=tcp:${listen}`];
  return { argv: [SWITCH_PROGRAM, ...words, ...tcp], socket, target: 'its own switch' };
}
