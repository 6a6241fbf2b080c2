import type { Proposal } from '../../policy/policy.ts';
import { reserveOf } from '../money.ts';
import type { Draft } from './draft.ts';
import { haltReason } from './halt.ts';
import type { PoolTerms } from './plan.ts';
import type { Sight } from './sight.ts';
import { isStaying } from './staying.ts';

/** Which nodes are started: what the policy proposes, and the pools' least, as far as the limits let it. */
export function startNodes(draft: Draft, sight: Sight): void {
  const least = [...sight.terms.values()].flatMap((terms) => missingNodes(terms, draft));
  const proposals = [...least, ...(sight.decision?.proposals ?? [])];
  const hindrance = proposals.length === 0 ? undefined : obstacle(draft, sight);
  if (hindrance !== undefined) {
    draft.tellOnce('starts', { kind: 'denied', text: `nothing is started: ${hindrance}` });
    return;
  }
  draft.hush('starts');
  for (const proposal of proposals) consider(proposal, draft, sight);
}

/** Nodes that a pool keeps, whoever needs them. */
function missingNodes({ pool }: PoolTerms, draft: Draft): readonly Proposal[] {
  const here = draft.nodes().filter((row) => row.pool === pool.name && isStaying(row)).length;
  const count = pool.minNodes - here;
  const reason = `${pool.name} keeps ${pool.minNodes} nodes`;
  return count > 0 ? [{ pool: pool.name, count, forJobs: [], reason }] : [];
}

function obstacle(draft: Draft, sight: Sight): string | undefined {
  if (sight.fullCycles === 0) return 'not everything has been looked at since the start';
  if (sight.batch === undefined) return 'the batch system has not answered';
  return haltReason(draft, sight);
}

function consider(proposal: Proposal, draft: Draft, sight: Sight): void {
  const { pool, count, reason, forJobs, gang } = proposal;
  const wanted = Math.max(0, count - draft.useTakenBack(pool, count));
  const { room, why } = roomIn(pool, draft, sight);
  const granted = room >= wanted ? wanted : gang === true ? 0 : room;
  for (let i = 0; i < granted; i += 1) {
    const probe = draft.health(pool).closedAt !== undefined;
    draft.start({ pool, reason, probe, forJobs: shareOf(forJobs, granted, i) });
  }
  if (granted > 0) noteStart(pool, draft, sight.limits);
  const subject = `starts in ${pool}`;
  const text = `${wanted} nodes wanted (${reason}), ${granted} started: ${why}`;
  if (granted === wanted) draft.hush(subject);
  else draft.tellOnce(subject, { kind: 'denied', pool, text, jobs: forJobs });
}

/** Each node is told to be for its part of the jobs. */
function shareOf(jobs: readonly string[], nodes: number, index: number): readonly string[] {
  const size = Math.ceil(jobs.length / nodes);
  return jobs.slice(index * size, (index + 1) * size);
}

function noteStart(pool: string, draft: Draft, { probeMost }: Sight['limits']): void {
  const health = draft.health(pool);
  // The next probe waits for what becomes of this one.
  const probe = health.closedAt !== undefined && { probeAt: draft.now + probeMost };
  draft.putHealth({ ...health, lastStart: draft.now, ...probe });
}

interface Room {
  readonly room: number;
  /** What sets the bound. */
  readonly why: string;
}

function roomIn(name: string, draft: Draft, sight: Sight): Room {
  const terms = sight.terms.get(name);
  if (terms === undefined) return { room: 0, why: 'there is no such pool' };
  const bounds: readonly Room[] = [
    ...closed(name, draft, sight),
    { room: freePlaces(terms, draft, sight), why: `the pool has at most ${terms.pool.maxNodes}` },
    {
      room: sight.limits.maxDelta - draft.startCount(),
      why: `at most ${sight.limits.maxDelta} at once`,
    },
    { room: sight.freeSeats - draft.startCount(), why: 'no seat is free' },
    ...affordable(terms, draft, sight),
  ];
  const [least] = bounds.toSorted((a, b) => a.room - b.room);
  return { room: Math.max(0, least?.room ?? 0), why: least?.why ?? '' };
}

/** Rows count, and what is there without a row. */
function freePlaces({ pool }: PoolTerms, draft: Draft, sight: Sight): number {
  const rows = draft.nodes().filter((row) => row.pool === pool.name && row.overAt === undefined);
  const strays = sight.rows.strays.filter((stray) => stray.pool === pool.name);
  return pool.maxNodes - rows.length - strays.length - draft.startsIn(pool.name);
}

function closed(name: string, draft: Draft, sight: Sight): readonly Room[] {
  const { backOffUntil = 0, closedAt, probeAt } = draft.health(name);
  if (sight.listingOf(name) === undefined) return [{ room: 0, why: 'its provider is silent' }];
  if (backOffUntil > sight.now) return [{ room: 0, why: 'it had no capacity lately' }];
  if (closedAt === undefined) return [];
  const isDue = probeAt !== undefined && probeAt <= sight.now;
  const why = 'too many of its starts came to nothing: one probe now and then';
  return [{ room: isDue ? 1 - draft.startsIn(name) : 0, why }];
}

function affordable({ pool }: PoolTerms, draft: Draft, { budget, limits, terms }: Sight) {
  if (budget === undefined || pool.price === 0) return [];
  let left = budget.limit - budget.spent - budget.committed;
  for (const other of terms.values()) {
    const { price, billingUnit, name } = other.pool;
    left -= draft.startsIn(name) * reserveOf(price, limits.reserve, billingUnit);
  }
  const each = reserveOf(pool.price, limits.reserve, pool.billingUnit);
  const why = `the budget has ${left.toFixed(2)} left, and a node may need ${each.toFixed(2)}`;
  return [{ room: Math.floor(left / each), why }];
}
