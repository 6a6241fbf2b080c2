import type { Job } from '../model/job.ts';
import type { PoolName } from '../model/pool.ts';
import { openContext, withCandidates, withComing } from './context.ts';
import { PolicyError } from './errors.ts';
import { isTaken, lifeOf, slotsPerHost } from './fits.ts';
import { countTasks } from './measure.ts';
import type { Policy, PolicyContext, PoolView, Proposal } from './policy.ts';
import { decideStops } from './stops.ts';
import { toVerdict } from './verdict.ts';
import type { Decider, Decision, PolicyView, Refusal } from './view.ts';

/**
 * Asks a policy everything that is to be decided now. The same view gives the same decision.
 *
 * @throws {PolicyError} `POLICY_FAULTY` when it throws, or answers something that is no answer.
 */
export function decide(policy: Policy, view: PolicyView): Decision {
  try {
    return decideAll(policy, view);
  } catch (cause) {
    if (cause instanceof PolicyError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw faulty(policy, reason, cause);
  }
}

/** Decides in this thread. */
export function direct(policy: Policy): Decider {
  return {
    id: `${policy.name}@${policy.version}`,
    decide: async (view) => decide(policy, view),
    close: async () => undefined,
  };
}

function decideAll(policy: Policy, view: PolicyView): Decision {
  const open = openContext(view);
  const { candidates, refused } = sift(policy, open);
  const context = withCandidates(open, view, candidates);
  return {
    policy: `${policy.name}@${policy.version}`,
    refused,
    candidates: countTasks(candidates),
    unserved: context.unserved.map(({ id }) => id),
    proposals: propose(policy, context, view.maxDelta),
    ...decideStops(policy, context),
  };
}

function sift(policy: Policy, context: PolicyContext) {
  const pools = [...context.pools.values()];
  const candidates: Job[] = [];
  const refused: Refusal[] = [];
  for (const job of context.pending) {
    const reason = misfit(job, pools, context) ?? refusal(policy, job, context);
    if (reason === undefined) candidates.push(job);
    else refused.push({ job: job.id, reason });
  }
  return { candidates, refused };
}

function misfit(job: Job, pools: readonly PoolView[], context: PolicyContext): string | undefined {
  if (pools.some((pool) => context.fits(job, pool))) return undefined;
  const needs = [
    `${slotsPerHost(job)} slots on ${Math.max(1, job.hostCount)} hosts`,
    ...(job.memory === undefined ? [] : [`${Math.ceil(job.memory / 2 ** 20)} MiB a slot`]),
    ...job.features,
    ...(pools.some((pool) => isTaken(job.queue, pool)) ? [] : [`the queue ${job.queue}`]),
    ...(pools.some(({ maxLifetime }) => lifeOf(job) <= maxLifetime)
      ? []
      : [`${lifeOf(job)} s of a node's life`]),
  ];
  return `no pool fits: it needs ${needs.join(', ')}`;
}

function refusal(policy: Policy, job: Job, context: PolicyContext): string | undefined {
  if (policy.isCloudCandidate === undefined) return undefined;
  const { ok, reason } = toVerdict(policy.isCloudCandidate(job, context), policy.name);
  return ok ? undefined : reason;
}

function propose(policy: Policy, context: PolicyContext, maxDelta: number): readonly Proposal[] {
  const planned = policy.plan?.(context) ?? [];
  checkProposals(policy, planned, context);
  const one = oneByOne(policy, withComing(context, planned), maxDelta);
  const limited = policy.limit?.([...planned, ...one], context) ?? [...planned, ...one];
  checkProposals(policy, limited, context);
  return limited.filter(({ count }) => count > 0);
}

/** VM-MAD's way: one more, until it is enough. */
function oneByOne(policy: Policy, start: PolicyContext, most: number): readonly Proposal[] {
  const proposals: Proposal[] = [];
  let context = start;
  while (policy.isNewVmNeeded !== undefined && proposals.length < most) {
    const { ok, reason } = toVerdict(policy.isNewVmNeeded(context), policy.name);
    const pool = ok ? firstWithRoom(context) : undefined;
    if (pool === undefined) break;
    const proposal = { pool, count: 1, forJobs: [], reason };
    proposals.push(proposal);
    context = withComing(context, [proposal]);
  }
  return proposals;
}

/** In the order of the configuration, the first that a job without room fits; when all have room, the first. */
function firstWithRoom({ pools, unserved, fits }: PolicyContext): PoolName | undefined {
  const open = [...pools.values()].filter(({ open, live, maxNodes }) => open && live < maxNodes);
  const useful = open.find((pool) => unserved.some((job) => fits(job, pool)));
  return (useful ?? (unserved.length === 0 ? open[0] : undefined))?.name;
}

function checkProposals(
  policy: Policy,
  proposals: readonly Proposal[],
  { pools }: PolicyContext,
): void {
  for (const { pool, count } of proposals) {
    if (!pools.has(pool)) throw faulty(policy, `it proposed nodes of "${pool}", which is no pool`);
    if (!Number.isInteger(count) || count < 0) {
      throw faulty(policy, `it proposed ${count} nodes of "${pool}"`);
    }
  }
}

function faulty(policy: Policy, reason: string, cause?: unknown): PolicyError {
  return new PolicyError(`Cannot decide by policy "${policy.name}": ${reason}`, {
    kind: 'usage',
    code: 'POLICY_FAULTY',
    hint: 'Correct the policy; until then nothing is started or ended by it',
    cause,
  });
}
