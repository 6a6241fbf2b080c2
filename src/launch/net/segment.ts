import { resolve } from 'node:path';
import { type Endpoint, LaunchError, type Segment, type SegmentAddress } from '../launch.ts';
import { parseEndpoint } from './endpoint.ts';
import type { NetworkOffer } from './offer.ts';
import type { SegmentWish } from './wish.ts';

/** What decides the private networks beside the wishes. */
export interface SegmentOptions {
  readonly offer: NetworkOffer;
  /** The guest's number, different for each guest of a network: 1 to 65534. */
  readonly node?: number;
  /** File with the secret that a switch asks for over TCP, and that guests in a group share. */
  readonly secret?: string;
  /** File for a secret of the user's own, for groups where no other is given. */
  readonly ownSecret?: string;
}

/** Bytes in a packet, by what carries it; by multicast a sealed one still fits into a frame of 1500. */
const MTU = { switch: 16_384, mcast: 1_400, tap: 1_500 } as const;

/**
 * @param index Which of the guest's private networks this is, from 0.
 * @throws {LaunchError} `NETWORK_MALFORMED`, `NETWORK_UNSUPPORTED`
 */
export function chooseSegment(wish: SegmentWish, index: number, options: SegmentOptions): Segment {
  const place = placeOf(wish, index, options.node);
  if (!options.offer.vector) throw unsupported(wish.kind);
  switch (wish.kind) {
    case 'switch':
      return { ...place, kind: 'switch', endpoint: endpointOf(wish, options.secret) };
    case 'mcast': {
      const { kind, group, port } = wish;
      return { ...place, kind, group, port, ...secretOf(options) };
    }
    case 'tap':
      return { ...place, kind: 'tap', device: wish.device };
  }
}

function endpointOf(
  { endpoint, listen }: Extract<SegmentWish, { kind: 'switch' }>,
  secret: string | undefined,
): Endpoint {
  const found = parseEndpoint(endpoint, secret);
  if (found.kind !== 'own' || listen === undefined) return found;
  return { ...found, listen, ...(secret !== undefined && { secret }) };
}

/** Everybody on the wire may join a group: a secret tells whose guests meet there. */
function secretOf({ secret, ownSecret }: SegmentOptions) {
  if (secret !== undefined) return { secret: resolve(secret) };
  if (ownSecret !== undefined) return { secret: ownSecret, isOwn: true } as const;
  throw new LaunchError('Cannot attach to the network "mcast": no secret is known for it', {
    kind: 'usage',
    code: 'NETWORK_MALFORMED',
    hint: 'Name the file that holds it, readable by you only: --switch-secret FILE.',
  });
}

/** First network of the private ones: 10.77.0.0/16; the next is 10.78.0.0/16. */
const FIRST = 77;
const PREFIX = 16;

/** The address of a guest in the private network of this index. */
export function nodeAddress(node: number, index = 0): string {
  return `10.${FIRST + index}.${node >> 8}.${node & 255}`;
}

function placeOf(wish: SegmentWish, index: number, node: number | undefined): SegmentAddress {
  const { address, prefix } = wish.at ?? numbered(wish, index, node);
  const mac = ['02', '70', ...address.split('.').map((part) => hex(Number(part)))].join(':');
  return { address, prefix, mac, mtu: MTU[wish.kind] };
}

function numbered(wish: SegmentWish, index: number, node: number | undefined) {
  if (node !== undefined) return { address: nodeAddress(node, index), prefix: PREFIX };
  throw new LaunchError(`Cannot attach to the network "${wish.kind}": the guest has no address`, {
    kind: 'usage',
    code: 'NETWORK_MALFORMED',
    hint: 'Give each guest of a network a number of its own, such as --node 1.',
  });
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

function unsupported(kind: SegmentWish['kind']): LaunchError {
  return new LaunchError(`Cannot use ${kind}: this kernel lacks vector transports`, {
    kind: 'conflict',
    code: 'NETWORK_UNSUPPORTED',
    hint: 'Use another kernel: --kernel.',
  });
}
