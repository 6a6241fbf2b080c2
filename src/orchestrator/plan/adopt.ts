import type { Instance } from '../../provider/provider.ts';
import { nodeName } from '../names.ts';
import type { NodeRow, Stray } from '../rows.ts';
import type { Draft } from './draft.ts';
import type { Sight } from './sight.ts';

/**
 * The row of an instance that the store has forgotten, if it can be a node again: its pool is known, and its seat is
 * nobody's. From there on it lives as any other: what runs on it is safe.
 */
export function adoptionOf(
  { node: id, pool, seat, instance: instanceId }: Stray,
  { tags }: Instance,
  draft: Draft,
  { now, terms, controller }: Sight,
): NodeRow | undefined {
  const known = terms.get(pool)?.pool;
  const isTaken = draft.nodes().some((row) => row.seat.host === seat.host);
  if (known === undefined || tags === undefined || isTaken || seat.host === '') return undefined;
  const { price, billingUnit, maxLifetime } = known;
  return {
    ...{ id, pool, seat, price, billingUnit, maxLifetime, instance: instanceId },
    ...{ name: nodeName(controller, pool, id), phase: 'booting', since: now, created: now },
    ...{ used: 0, specHash: tags.specHash, startReason: 'taken over', forJobs: [], reserved: 0 },
    ...{
      probe: false,
      adopted: true,
      tokens: [],
      leases: [],
      asked: 1,
      firstAsked: now,
      lastAsked: now,
    },
    missing: 0,
  };
}
