import type { Network, Segment } from '../launch.ts';
import { renderEndpoint } from './endpoint.ts';
import { renderPublication } from './publication.ts';

/** A plan's outer network, for people. */
export function renderNetwork(network: Network): string {
  if (network.kind === 'none') return network.reason ? `none: ${network.reason}` : 'none';
  if (network.kind === 'slirp') return `${network.program}; the host's loopback is open to it`;
  const { program, hostLoopback, publish = [] } = network;
  const ports = publish.map((port) => `; ${renderPublication(port)} leads in`).join('');
  return `${program}${hostLoopback ? "; the host's loopback is open to it" : ''}${ports}`;
}

/** One of a plan's private networks, for people. */
export function renderSegment(segment: Segment): string {
  return `${targetOf(segment)}, as ${segment.address}/${segment.prefix}`;
}

function targetOf(segment: Segment): string {
  switch (segment.kind) {
    case 'switch':
      return `switch ${renderEndpoint(segment.endpoint)}`;
    case 'mcast':
      return `multicast ${segment.group}:${segment.port}, for those who know ${segment.secret}`;
    case 'tap':
      return `tap device ${segment.device}`;
  }
}
