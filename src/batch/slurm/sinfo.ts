/**
 * Hosts as `sinfo --json` tells of them.
 *
 * @module
 */

import type { BatchHost } from '../../model/host.ts';
import type { HostName } from '../../model/job.ts';
import { CORDON_PREFIX } from '../batch.ts';
import { malformed } from '../listing.ts';
import { items } from './items.ts';
import { numberOf, partsOf, type Row, textOf, wordsOf } from './values.ts';

const MIB = 2 ** 20;

/** States and flags of a node that runs nothing. Source: sinfo(1), NODE STATE CODES. */
const DOWN =
  /^(?:DOWN|ERROR|FUTURE|UNKNOWN|NOT_RESPONDING|NO_RESPOND|POWERED_DOWN|POWERING_DOWN|POWERING_UP|POWER_DOWN|INVALID_REG|REBOOT_ISSUED)$/;
/** Of one that takes no new jobs. */
export const SHUT =
  /^(?:DRAIN|DRAINED|DRAINING|FAIL|FAILING|MAINT|MAINTENANCE|BLOCKED|POWER_DOWN|POWERING_DOWN)$/;

/**
 * @param isLeftOut Says of which hosts nothing is told, by their states and flags. Default: of none.
 * @throws {BatchError} `LISTING_MALFORMED`
 */
export async function parseSinfo(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  isLeftOut: (words: readonly string[]) => boolean = () => false,
): Promise<ReadonlyMap<HostName, BatchHost>> {
  const hosts = new Map<HostName, BatchHost>();
  for await (const row of items(pieces, 'sinfo', 'nodes')) {
    const host = hostOf(row);
    if (!isLeftOut(wordsOf(row.state, row.state_flags))) hosts.set(host.name, host);
  }
  return hosts;
}

function hostOf(row: Row): BatchHost {
  const words = wordsOf(row.state, row.state_flags);
  const name = textOf(row.name);
  if (name === '' || words.length === 0) throw malformed('sinfo', 'a node without name or state');
  const memory = numberOf(row.real_memory);
  const reason = textOf(row.reason);
  const queues = partsOf(row.partitions);
  return {
    name,
    state: words.some((word) => DOWN.test(word)) ? 'down' : 'up',
    slots: numberOf(row.cpus) ?? 0,
    used: numberOf(row.alloc_cpus) ?? 0,
    features: partsOf(row.active_features),
    ...(memory !== undefined && { memory: memory * MIB }),
    ...(queues.length > 0 && { queues }),
    ...(words.some((word) => SHUT.test(word)) && {
      cordon: { ours: reason.startsWith(CORDON_PREFIX), reason },
    }),
  };
}
