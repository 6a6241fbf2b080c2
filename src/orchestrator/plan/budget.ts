import { reserveOf } from '../money.ts';
import type { NodeRow } from '../rows.ts';
import type { Draft } from './draft.ts';
import { cordon } from './requests.ts';
import type { Sight } from './sight.ts';
import { isStaying } from './staying.ts';

const HOUR = 3_600;

/**
 * Ends nodes while there is still money for the end of their jobs; what cannot be paid any more, only where that
 * is allowed.
 */
export function endByBudget(draft: Draft, sight: Sight): void {
  const { budget, budgetMode, limits } = sight;
  if (budget === undefined) return;
  const live = draft.nodes().filter(({ phase }) => phase !== 'planned');
  const margin = 2 * limits.interval + limits.callDeadline;
  const soon = live.reduce((sum, { price }) => sum + (price * margin) / HOUR, 0);
  if (budgetMode === 'kill' && budget.spent + soon >= budget.limit) {
    for (const row of live) kill(row, draft, budget);
  }
  const staying = draft.nodes().filter(isStaying);
  let excess = budget.spent - budget.limit;
  for (const row of draft.nodes())
    excess += isStaying(row) ? reserveFor(row, sight) : restFor(row, sight);
  for (const row of staying.toSorted(byUse)) {
    if (excess <= 0) return;
    excess -= reserveFor(row, sight);
    end(row, draft);
  }
}

function reserveFor({ price, billingUnit }: NodeRow, { limits }: Sight): number {
  return reserveOf(price, limits.reserve, billingUnit);
}

/** What one that ends may yet cost until its jobs have ended. */
function restFor(row: NodeRow, sight: Sight): number {
  const begun = row.cordonAsked ?? row.since;
  return Math.max(0, reserveFor(row, sight) - (row.price * (sight.now - begun)) / HOUR);
}

/** What is not there yet first, then what is idle. */
function byUse(a: NodeRow, b: NodeRow): number {
  return rank(a) - rank(b);
}

function rank({ phase, used }: NodeRow): number {
  return phase === 'ready' ? 1 + used : 0;
}

const NOTE = 'the rest of the budget is not enough for it';

function end(row: NodeRow, draft: Draft): void {
  if (row.price === 0) return;
  if (row.phase === 'ready') cordon(row, { endReason: 'budget', note: NOTE }, draft);
  else if (row.phase === 'planned') draft.become(row, 'cancelled', NOTE, { endReason: 'budget' });
  else draft.become(row, 'failed', NOTE, { endReason: 'budget', note: NOTE });
}

function kill(row: NodeRow, draft: Draft, budget: { spent: number; limit: number }): void {
  if (row.forcedBy !== undefined || row.phase === 'removing' || row.phase === 'terminating') return;
  const { spent, limit } = budget;
  const evidence = { kind: 'budget', spent, limit } as const;
  const patch = { evidence, forcedBy: 'the budget', endReason: 'budget', note: NOTE } as const;
  if (row.phase === 'ready') cordon(row, patch, draft);
  else if (isStaying(row)) draft.become(row, 'failed', NOTE, patch);
  else draft.put({ ...row, ...patch });
}
