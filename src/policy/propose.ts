import type { Job } from '../model/job.ts';
import { fill } from './bin-pack.ts';
import { withComing } from './context.ts';
import { type Expander, openPools } from './expand.ts';
import type { PolicyContext, Proposal } from './policy.ts';

export interface ProposeOptions {
  readonly expander: Expander;
  readonly reason: string;
}

/** At most so many nodes for these jobs, and no more than they need. */
export function nodesFor(
  jobs: readonly Job[],
  most: number,
  context: PolicyContext,
  { expander, reason }: ProposeOptions,
): readonly Proposal[] {
  if (most <= 0) return [];
  const proposals = fill({ ...context, unserved: jobs }, expander, Math.floor(most));
  return proposals.map((proposal) => ({ ...proposal, reason }));
}

/** The same until so many slots are there; the last node may bring more. */
export function slotsFor(
  missing: number,
  most: number,
  context: PolicyContext,
  options: ProposeOptions,
): readonly Proposal[] {
  let slots = 0;
  return nodesFor(context.unserved, most, context, options).flatMap((proposal) => {
    const size = context.pools.get(proposal.pool)?.slots ?? 1;
    const wanted = Math.max(0, Math.ceil((missing - slots) / size));
    const count = proposal.gang === true && wanted > 0 ? proposal.count : wanted;
    const given = Math.min(proposal.count, count);
    slots += given * size;
    const forJobs = proposal.forJobs.slice(
      0,
      Math.ceil((proposal.forJobs.length * given) / proposal.count),
    );
    return given === 0 ? [] : [{ ...proposal, count: given, forJobs }];
  });
}

/** So many nodes for nobody yet, while there are pools that give some. */
export function spareNodes(
  count: number,
  context: PolicyContext,
  { expander, reason }: ProposeOptions,
): readonly Proposal[] {
  const counts = new Map<string, number>();
  let here: PolicyContext = { ...context, unserved: [] };
  for (let i = 0; i < count; i += 1) {
    const open = openPools(here);
    const [pool] = open.length === 0 ? [] : expander(open, [], here);
    if (pool === undefined) break;
    counts.set(pool.name, (counts.get(pool.name) ?? 0) + 1);
    here = withComing(here, [{ pool: pool.name, count: 1, forJobs: [], reason }]);
  }
  return [...counts].map(([pool, nodes]) => ({ pool, count: nodes, forJobs: [], reason }));
}
