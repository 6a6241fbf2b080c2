import type { Network, Segment, StartPlan } from '../launch.ts';
import type { InstancePaths } from '../words.ts';

/** How the guest sees one of its networks, and how its kernel is told of it. */
export interface Interface {
  /** Its name in the guest. */
  readonly name: string;
  /** The word of the kernel's command line that makes it. */
  readonly word: string;
  readonly mtu: number;
  /** Undefined: the outer network, whose addresses are always the same. */
  readonly address?: string;
  readonly prefix?: number;
}

/** Bytes in a packet: the most that slirp4netns carries both ways. */
export const FAST_MTU = 16_384;
const PLAIN_MTU = 1_500;

/** The guest's interfaces, the outer one first. */
export function interfaces(
  { network, segments }: StartPlan,
  paths: InstancePaths,
): readonly Interface[] {
  return [
    ...outer(network, paths.network),
    ...segments.map((segment, index) => inner(segment, index + 1, segmentSocket(paths, index + 1))),
  ];
}

/** Where a guest finds its private network of this number, from 1, unless its kernel makes it. */
export function segmentSocket({ directory }: InstancePaths, number: number): string {
  return `${directory}/net${number}.sock`;
}

/** What a tap device is opened by. */
export const TUN = '/dev/net/tun';

/** Whether the kernel itself, not a helper, reaches into the host's network. */
export function needsHostNetwork({ network, segments }: StartPlan): boolean {
  const isDirect = network.kind === 'slirp' && !network.bySwitch;
  return isDirect || segments.some(({ kind }) => kind === 'tap');
}

/** Links to make where nothing is bound in their place: from each guest's name of a switch to its own. */
export function segmentLinks(
  { segments, confinement }: StartPlan,
  paths: InstancePaths,
): [string, string][] {
  if (confinement.kind === 'bwrap') return [];
  return segments.flatMap((segment, index) =>
    segment.kind === 'switch' && segment.endpoint.kind === 'unix'
      ? [[segment.endpoint.path, segmentSocket(paths, index + 1)] satisfies [string, string]]
      : [],
  );
}

function outer(network: Network, socket: string): Interface[] {
  switch (network.kind) {
    case 'slirp4netns':
      return [{ name: 'vec0', word: vector(0, 'bess', `dst=${socket}`, FAST_MTU), mtu: FAST_MTU }];
    case 'slirp':
      if (network.bySwitch) {
        const word = vector(0, 'bess', `dst=${socket}`, PLAIN_MTU);
        return [{ name: 'vec0', word, mtu: PLAIN_MTU }];
      }
      return [{ name: 'eth0', word: `eth0=slirp,,${network.program}`, mtu: PLAIN_MTU }];
    case 'none':
      return [];
  }
}

function inner(segment: Segment, number: number, socket: string): Interface {
  const { kind, address, prefix, mac, mtu } = segment;
  const place = { mtu, address, prefix };
  const [transport, target] =
    kind === 'tap' ? ['tap', `ifname=${segment.device},depth=128`] : ['bess', `dst=${socket}`];
  const word = `${vector(number, transport, target, mtu)},mac=${mac}`;
  return { name: `vec${number}`, word, ...place };
}

function vector(number: number, transport: string, target: string, mtu: number): string {
  return `vec${number}:transport=${transport},${target},mtu=${mtu},gro=1`;
}
