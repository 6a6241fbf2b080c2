import type { Job } from '../model/job.ts';
import { withComing } from './context.ts';
import { DEFAULT_EXPANDER, type Expander, openPools } from './expand.ts';
import { lifeOf, shapeOf } from './fits.ts';
import { pack } from './pack.ts';
import type { Policy, PolicyContext, PoolView, Proposal } from './policy.ts';

export interface BinPackOptions {
  /** Default: the cheapest pools, of those the ones with the least waste. */
  readonly expander?: Expander;
  /** Most nodes in one answer. Default 100. */
  readonly step?: number;
}

/**
 * As many nodes as the jobs need that there is no room for: cores, memory and features are packed. A job of several
 * nodes gets all of them, or none.
 */
export function binPack({ expander = DEFAULT_EXPANDER, step = 100 }: BinPackOptions = {}): Policy {
  return {
    name: 'bin-pack',
    version: '1',
    plan: (context) => fill(context, expander, step),
  };
}

/** Nodes for the unserved jobs, until all are served, no pool is left, or the step is reached. */
export function fill(
  context: PolicyContext,
  expander: Expander,
  step: number,
): readonly Proposal[] {
  const proposals: Proposal[] = [];
  const skipped = new Set<string>();
  let here: PolicyContext = { ...context, unserved: reachable(context, step) };
  let left = step;
  let job = here.unserved[0];
  while (job !== undefined && left > 0) {
    const next = forJob(job, here, expander, left);
    if (next === undefined) skipped.add(kindOf(job));
    else {
      proposals.push(next);
      left -= next.count;
      here = withComing(here, [next]);
    }
    job = here.unserved.find((one) => !skipped.has(kindOf(one)));
  }
  return merged(proposals);
}

/** Of the unserved jobs as many as so many nodes could serve, in their order: a long queue is not looked at to its end. */
function reachable(context: PolicyContext, step: number): readonly Job[] {
  const open = openPools(context);
  const most = step * Math.max(1, ...open.map(({ slots }) => slots));
  const able = new Map<string, boolean>();
  const jobs: Job[] = [];
  let tasks = 0;
  for (const job of context.unserved) {
    if (tasks >= most) break;
    const kind = kindOf(job);
    const isAble = able.get(kind) ?? open.some((pool) => context.fits(job, pool));
    able.set(kind, isAble);
    if (!isAble) continue;
    jobs.push(job);
    tasks += job.tasks;
  }
  return jobs;
}

function kindOf(job: Job): string {
  return `${shapeOf(job)}/${lifeOf(job)}`;
}

/** Nodes for single-node jobs add up by pool. */
function merged(proposals: readonly Proposal[]): readonly Proposal[] {
  const sums = new Map<string, Proposal>();
  for (const one of proposals) {
    const key = one.gang === true ? `${one.pool}/${one.forJobs}` : one.pool;
    const before = sums.get(key);
    const forJobs = [...(before?.forJobs ?? []), ...one.forJobs];
    sums.set(key, { ...one, count: (before?.count ?? 0) + one.count, forJobs });
  }
  return [...sums.values()].map((sum) => {
    // An array may need several nodes.
    const forJobs = [...new Set(sum.forJobs)];
    return { ...sum, forJobs, reason: reasonOf({ ...sum, forJobs }) };
  });
}

function reasonOf({ gang, forJobs, count, pool }: Proposal): string {
  if (gang === true) return `job ${forJobs[0]} needs ${count} nodes at once`;
  return `${forJobs.length} waiting jobs need ${count} nodes of "${pool}"`;
}

function forJob(
  job: Job,
  context: PolicyContext,
  expander: Expander,
  most: number,
): Proposal | undefined {
  const count = Math.max(1, job.hostCount);
  const able = openPools(context).filter(
    (pool) => context.fits(job, pool) && pool.live + count <= pool.maxNodes,
  );
  const [pool] = able.length === 0 || count > most ? [] : expander(able, context.unserved, context);
  if (pool === undefined) return undefined;
  const forJobs = count === 1 ? servedBy(pool, context.unserved) : [job.id];
  return { pool: pool.name, count, forJobs, reason: '', ...(count > 1 && { gang: true }) };
}

/** Of the jobs those that one more node has room for. */
function servedBy(pool: PoolView, jobs: readonly Job[]): readonly string[] {
  // No more of them can have room on it than it has slots: shorter lists are packed faster.
  const some = jobs.slice(0, Math.max(pool.slots * 4, 64));
  const left = new Map(pack(some, [pool]).map(({ id, tasks }) => [id, tasks]));
  return some.filter(({ id, tasks }) => (left.get(id) ?? 0) < tasks).map(({ id }) => id);
}
