import type { Instant, Seconds } from '../../base/clock.ts';
import type { BatchSnapshot } from '../../batch/batch.ts';
import type { BatchHost } from '../../model/host.ts';
import type { HostName } from '../../model/job.ts';
import type { NodeId } from '../../model/node.ts';
import type { Instance, Listing } from '../../provider/provider.ts';
import type { NodeRow, Pulse } from '../rows.ts';
import type { PlanInput, PoolTerms } from './plan.ts';

/** What was seen, arranged for questions. Everything here is fresh: what is older than allowed is unknown. */
export interface Sight extends PlanInput {
  readonly now: Instant;
  readonly batch?: BatchSnapshot;
  readonly terms: ReadonlyMap<string, PoolTerms>;
  /** Jobs that run, or clean up, by host. */
  readonly jobsOn: ReadonlyMap<HostName, number>;
  /** Ours, by the node that their tags name. */
  readonly instances: ReadonlyMap<NodeId, readonly Seen[]>;
  /** The batch system may be showing less than there is: nothing is to be ended by it. */
  readonly frozen: boolean;
  readonly pulse: Pulse;
  listingOf(pool: string): Listing | undefined;
  hostOf(row: NodeRow): BatchHost | undefined;
  bootLimit(pool: string): Seconds;
}

export interface Seen {
  readonly provider: string;
  readonly instance: Instance;
}

export function see(input: PlanInput): Sight {
  const { look, limits, pools, rows } = input;
  const now = look.at;
  const isFresh = ({ taken }: { readonly taken: Instant }) => now - taken <= limits.staleAfter;
  const batch = look.batch && isFresh(look.batch) ? look.batch : undefined;
  const listings = new Map([...look.listings].filter(([, listing]) => isFresh(listing)));
  const terms = new Map(pools.map((one) => [one.pool.name, one]));
  const pulse = nextPulse(rows.pulse, batch, input);
  return {
    ...input,
    ...{ now, terms, pulse },
    ...(batch !== undefined && { batch }),
    frozen: pulse.frozen > 0,
    jobsOn: countJobs(batch),
    instances: ownInstances(listings, input.controller),
    listingOf: (pool) => listings.get(terms.get(pool)?.provider ?? ''),
    hostOf: ({ seat }) => batch?.hosts.get(seat.host),
    bootLimit: (pool) => bootLimit(rows.health.find((one) => one.pool === pool)?.boots, limits),
  };
}

/**
 * Many jobs gone at once, or a server that was started anew: what it says is not believed for some looks. Each
 * look counts once.
 */
function nextPulse(before: Pulse, batch: BatchSnapshot | undefined, { limits }: PlanInput): Pulse {
  if (batch === undefined || batch.taken === before.taken) return before;
  const jobs = batch.jobs.reduce((sum, { tasks }) => sum + tasks, 0);
  const isFallen = before.jobs !== undefined && jobs < before.jobs * (1 - limits.vanishedShare);
  const isAnother =
    before.incarnation !== undefined &&
    batch.incarnation !== undefined &&
    before.incarnation !== batch.incarnation;
  const frozen = isFallen || isAnother ? limits.freezeLooks : Math.max(0, before.frozen - 1);
  return {
    ...before,
    ...{ jobs, taken: batch.taken, frozen },
    ...(batch.incarnation !== undefined && { incarnation: batch.incarnation }),
  };
}

function countJobs(batch: BatchSnapshot | undefined): ReadonlyMap<HostName, number> {
  const counts = new Map<HostName, number>();
  for (const { hosts } of batch?.jobs ?? []) {
    for (const host of hosts) counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  return counts;
}

function ownInstances(
  listings: ReadonlyMap<string, Listing>,
  controller: string,
): ReadonlyMap<NodeId, readonly Seen[]> {
  const found = new Map<NodeId, Seen[]>();
  for (const [provider, { instances }] of listings) {
    for (const instance of instances) {
      const { tags } = instance;
      if (tags === undefined || tags.controller !== controller) continue;
      const others = found.get(tags.node);
      if (others === undefined) found.set(tags.node, [{ provider, instance }]);
      else others.push({ provider, instance });
    }
  }
  return found;
}

const FEW = 5;
const P99 = 0.99;

/** By what the pool has shown: twice what nearly all of its starts took. */
function bootLimit(
  boots: readonly Seconds[] = [],
  { bootDefault, bootLeast, bootMost }: PlanInput['limits'],
): Seconds {
  if (boots.length < FEW) return bootDefault;
  const sorted = boots.toSorted((a, b) => a - b);
  const slow = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * P99))] ?? bootDefault;
  return Math.min(bootMost, Math.max(bootLeast, 2 * slow));
}
