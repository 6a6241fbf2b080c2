import type { Budget, Policy, PolicyContext, Proposal } from './policy.ts';

export interface BudgetPacerOptions {
  /** From this share of the limit on, one node at a time. From 0 to 1. Default 0.8. */
  readonly slowAt?: number;
  /** Spending may run ahead of an even pace by this share of the limit. Default 0.1. */
  readonly ahead?: number;
}

/**
 * Spends evenly over the period: nodes are wanted only while what is spent and reserved is at most the share of the limit that
 * the share of the period allows. The limit itself is the engine's to keep.
 */
export function budgetPacer({ slowAt = 0.8, ahead = 0.1 }: BudgetPacerOptions = {}): Policy {
  return {
    name: 'budget-pacer',
    version: '1',
    limit(proposals, context) {
      const { budget } = context;
      if (budget === undefined) return proposals;
      const share = budget.limit === 0 ? 1 : (budget.spent + budget.committed) / budget.limit;
      const most = share >= slowAt ? 1 : Number.POSITIVE_INFINITY;
      return affordable(proposals, allowance(budget, context.now, ahead), most, context);
    },
  };
}

/** What may still be reserved now. */
export function allowance(budget: Budget, now: number, ahead: number): number {
  const { spent, committed, limit, periodStart, periodEnd } = budget;
  const length = Math.max(1, periodEnd - periodStart);
  const passed = Math.min(1, Math.max(0, (now - periodStart) / length));
  return limit * Math.min(1, passed + ahead) - spent - committed;
}

/** What sums of prices may be off by. */
const ROUNDING = 1e-9;

/** In their order as many nodes as can be paid; of a gang all or none. */
function affordable(
  proposals: readonly Proposal[],
  allowed: number,
  most: number,
  { pools }: PolicyContext,
): readonly Proposal[] {
  let money = allowed;
  let left = most;
  return proposals.flatMap((proposal) => {
    const pool = pools.get(proposal.pool);
    const cost = ((pool?.price ?? 0) * Math.max(3_600, pool?.billingUnit ?? 1)) / 3_600;
    const paid = cost === 0 ? proposal.count : Math.max(0, Math.floor(money / cost + ROUNDING));
    const count = Math.min(proposal.count, paid, left);
    if (count === 0 || (proposal.gang === true && count < proposal.count)) return [];
    money -= count * cost;
    left -= count;
    return [{ ...proposal, count }];
  });
}
