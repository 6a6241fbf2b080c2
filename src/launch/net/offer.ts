/**
 * What a kernel can be connected to.
 *
 * Linux 6.16 removed the transports of `eth0=` and kept those of `vec0:`: the commits "um: Remove obsolete
 * legacy network transports" of May 2025.
 *
 * @module
 */

import type { Seconds } from '../../base/clock.ts';
import { outputOf } from '../../host/processes.ts';

export interface NetworkOffer {
  /** `eth0=slirp` */
  readonly slirp: boolean;
  /** `vec0:transport=…` */
  readonly vector: boolean;
}

/** Of a kernel that does not tell. */
const UNKNOWN: NetworkOffer = { slirp: true, vector: true };

const ASK_LIMIT: Seconds = 10;

/** Asks the kernel at hand, which answers within milliseconds: for its `.config`, else for its options. */
export async function networkOffer(kernel: string): Promise<NetworkOffer> {
  const ask = async (option: string): Promise<string> =>
    (await outputOf([kernel, option], ASK_LIMIT)) ?? '';
  return parseConfig(await ask('--showconfig')) ?? parseOptions(await ask('--help')) ?? UNKNOWN;
}

/** Reads what `linux --showconfig` prints; undefined when it is something else. */
export function parseConfig(text: string): NetworkOffer | undefined {
  if (!/^CONFIG_UML=y$/m.test(text)) return undefined;
  const has = (name: string): boolean => new RegExp(`^CONFIG_${name}=y$`, 'm').test(text);
  return {
    slirp: has('UML_NET_SLIRP'),
    vector: has('UML_NET_VECTOR'),
  };
}

/** Reads what `linux --help` prints; undefined when it is something else. It names no transports. */
export function parseOptions(text: string): NetworkOffer | undefined {
  if (!/^User Mode Linux v/m.test(text)) return undefined;
  const legacy = /^eth\[0-9\]\+=/m.test(text);
  return { slirp: legacy, vector: /^vec\[0-9\]\+:/m.test(text) };
}
