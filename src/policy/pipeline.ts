import type { Job } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import { withComing } from './context.ts';
import type { Policy, PolicyContext, Proposal, Verdict } from './policy.ts';
import { no, toVerdict, yes } from './verdict.ts';

/**
 * Several policies as one. Each asks only for what those before it have left to be asked for; all limits hold. A job is a candidate
 * when none says no; a node may be ended when one says so and none must keep it.
 */
export function pipeline(...policies: readonly Policy[]): Policy {
  return {
    name: policies.map(({ name }) => name).join('+'),
    version: policies.map(({ version }) => version).join('+'),
    isCloudCandidate: (job, context) => everyCandidate(policies, job, context),
    plan: (context) => planInTurn(policies, context),
    ...(policies.some(({ isNewVmNeeded }) => isNewVmNeeded !== undefined) && {
      isNewVmNeeded: (context: PolicyContext) =>
        anyYes(policies, (one) => one.isNewVmNeeded?.(context), 'nothing is missing'),
    }),
    limit: (proposals, context) => limitInTurn(policies, proposals, context),
    canVmBeStopped: (node, context) =>
      anyYes(policies, (one) => one.canVmBeStopped?.(node, context), 'no policy ends nodes'),
    canVmBeRetired: (node, context) =>
      anyYes(policies, (one) => one.canVmBeRetired?.(node, context), 'no policy retires nodes'),
    mustVmBeKept: (node, context) =>
      anyYes(policies, (one) => one.mustVmBeKept?.(node, context), 'no policy keeps it'),
    rankStop: (a, b, context) => rankInTurn(policies, a, b, context),
  };
}

function everyCandidate(policies: readonly Policy[], job: Job, context: PolicyContext): Verdict {
  for (const policy of policies) {
    const answer = policy.isCloudCandidate?.(job, context);
    if (answer === undefined || answer === true) continue;
    const verdict = toVerdict(answer, policy.name);
    if (!verdict.ok) return verdict;
  }
  return yes('no policy objects');
}

function planInTurn(policies: readonly Policy[], context: PolicyContext): readonly Proposal[] {
  const proposals: Proposal[] = [];
  let here = context;
  for (const policy of policies) {
    const more = policy.plan?.(here) ?? [];
    proposals.push(...more);
    here = withComing(here, more);
  }
  return proposals;
}

function limitInTurn(
  policies: readonly Policy[],
  proposals: readonly Proposal[],
  context: PolicyContext,
): readonly Proposal[] {
  return policies.reduce((left, policy) => policy.limit?.(left, context) ?? left, proposals);
}

/** The first yes; else the no's of all, and the earliest time to ask again. */
function anyYes(
  policies: readonly Policy[],
  ask: (policy: Policy) => boolean | Verdict | undefined,
  otherwise: string,
): Verdict {
  const refusals: Verdict[] = [];
  for (const policy of policies) {
    const answer = ask(policy);
    if (answer === undefined) continue;
    const verdict = toVerdict(answer, policy.name);
    if (verdict.ok) return verdict;
    refusals.push(verdict);
  }
  if (refusals.length === 0) return no(otherwise);
  const times = refusals.flatMap(({ notBefore }) => notBefore ?? []);
  const reason = [...new Set(refusals.map((refusal) => refusal.reason))].join('; ');
  return no(reason, times.length > 0 ? Math.min(...times) : undefined);
}

function rankInTurn(policies: readonly Policy[], a: Node, b: Node, context: PolicyContext): number {
  for (const policy of policies) {
    const order = policy.rankStop?.(a, b, context) ?? 0;
    if (order !== 0) return order;
  }
  return 0;
}
