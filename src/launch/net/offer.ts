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
  /** `eth1=mcast` */
  readonly mcast: boolean;
  /** `vec0:transport=…` */
  readonly vector: boolean;
}

/** Of a kernel that does not tell. */
const UNKNOWN: NetworkOffer = { slirp: true, mcast: true, vector: true };

const ASK_LIMIT: Seconds = 10;

/** Asks the kernel at hand; it answers within milliseconds. */
export async function networkOffer(kernel: string): Promise<NetworkOffer> {
  const config = await outputOf([kernel, '--showconfig'], ASK_LIMIT);
  return config === undefined ? UNKNOWN : parseConfig(config);
}

/** Reads what `linux --showconfig` prints: the kernel's `.config`. */
export function parseConfig(text: string): NetworkOffer {
  if (!/^CONFIG_UML=y$/m.test(text)) return UNKNOWN;
  const has = (name: string): boolean => new RegExp(`^CONFIG_${name}=y$`, 'm').test(text);
  return {
    slirp: has('UML_NET_SLIRP'),
    mcast: has('UML_NET_MCAST'),
    vector: has('UML_NET_VECTOR'),
  };
}
