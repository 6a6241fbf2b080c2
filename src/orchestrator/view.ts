import type { Instant, Seconds } from '../base/clock.ts';
import type { BatchSnapshot } from '../batch/batch.ts';
import type { Job } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import type { Budget, History, PoolView } from '../policy/policy.ts';
import type { PolicyView } from '../policy/view.ts';
import type { Limits } from './limits.ts';
import type { Look } from './look.ts';
import type { PoolTerms } from './plan/plan.ts';
import type { Health, NodeRow } from './rows.ts';
import type { Rows } from './store/store.ts';

const COMING: ReadonlySet<string> = new Set(['planned', 'requesting', 'booting', 'joining']);
const HOUR = 3_600;

interface Shown {
  readonly look: Look;
  readonly batch: BatchSnapshot;
  readonly rows: Rows;
  readonly pools: readonly PoolTerms[];
  readonly limits: Limits;
  readonly budget?: Budget;
  readonly seed: number;
}

/** What a policy is shown. */
export function toView({ look, batch, rows, pools, limits, budget, seed }: Shown): PolicyView {
  const { pending, running } = jobsShown(batch.jobs);
  return {
    ...{ now: look.at, seed, pending, running, hosts: [...batch.hosts.values()] },
    nodes: rows.nodes.map(toNode),
    pools: pools.map((terms) => toPoolView(terms, rows, look)),
    history: historyOf(pending, running, rows.health, look.at),
    ...(budget !== undefined && { budget }),
    maxDelta: limits.maxDelta,
  };
}

/** Those that a policy is shown: held and broken ones are none of its business. */
export function jobsShown(jobs: readonly Job[]): Pick<PolicyView, 'pending' | 'running'> {
  return {
    pending: jobs.filter(({ state }) => state === 'pending'),
    running: jobs.filter(({ state }) => state === 'running' || state === 'ending'),
  };
}

/** A row as others may see it: without tokens and their digests. */
export function toNode(row: NodeRow): Node {
  const { id, name, pool, seat, phase, since, created, used, specHash, startReason } = row;
  const { instance, readyAt, idleSince, endReason, note, heldUntil } = row;
  return {
    ...{ id, name, pool, seat, phase, since, created, used, specHash, startReason },
    ...(instance !== undefined && { instance }),
    ...(readyAt !== undefined && { readyAt }),
    ...(idleSince !== undefined && phase === 'ready' && { idleSince }),
    ...(endReason !== undefined && { endReason }),
    ...(note !== undefined && { note }),
    ...(heldUntil !== undefined && { heldUntil }),
  };
}

function toPoolView({ pool, provider, specHash }: PoolTerms, rows: Rows, look: Look): PoolView {
  const nodes = rows.nodes.filter((row) => row.pool === pool.name);
  const strays = rows.strays.filter((stray) => stray.pool === pool.name);
  const health = rows.health.find((one) => one.pool === pool.name);
  return {
    ...pool,
    live: nodes.length + strays.length,
    coming: nodes.filter(({ phase }) => COMING.has(phase)).length,
    open: look.listings.has(provider) && isOpen(health, look.at),
    specHash,
  };
}

function isOpen(health: Health | undefined, now: Instant): boolean {
  if (health === undefined) return true;
  const { backOffUntil = 0, closedAt, probeAt = Number.POSITIVE_INFINITY } = health;
  return backOffUntil <= now && (closedAt === undefined || probeAt <= now);
}

/** Learnt from what is there: jobs that began in the last hour, and the pools' last starts. */
function historyOf(
  pending: readonly Job[],
  running: readonly Job[],
  health: readonly Health[],
  now: Instant,
): History {
  const waits = running.flatMap(({ submitted, started }) =>
    submitted === undefined || started === undefined || started < now - HOUR
      ? []
      : [started - submitted],
  );
  const boots = health.flatMap((one) => one.boots);
  const came = (jobs: readonly Job[]) =>
    jobs.reduce((sum, job) => sum + ((job.submitted ?? 0) > now - HOUR ? job.tasks : 0), 0);
  return {
    ...quantiles(waits, { waitP50: 0.5, waitP90: 0.9 }),
    ...quantiles(boots, { bootP50: 0.5, bootP99: 0.99 }),
    arrivalRate: (came(pending) + came(running)) / HOUR,
  };
}

function quantiles<Name extends string>(
  values: readonly Seconds[],
  wanted: Readonly<Record<Name, number>>,
): Partial<Record<Name, Seconds>> {
  if (values.length === 0) return {};
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  const found: Partial<Record<Name, Seconds>> = {};
  for (const name of Object.keys(wanted) as Name[]) found[name] = at(wanted[name]);
  return found;
}
