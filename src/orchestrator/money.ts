import type { Instant, Seconds } from '../base/clock.ts';
import type { Budget } from '../policy/policy.ts';
import type { NodeRow } from './rows.ts';
import type { BudgetTerms } from './setup.ts';
import type { Bill } from './store/store.ts';

const HOUR = 3_600;

export interface Period {
  readonly start: Instant;
  readonly end: Instant;
}

export function periodOf({ period }: BudgetTerms, now: Instant): Period {
  if (period !== 'month') {
    const start = Math.floor(now / period) * period;
    return { start, end: start + period };
  }
  const date = new Date(now * 1_000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { start: Date.UTC(year, month) / 1_000, end: Date.UTC(year, month + 1) / 1_000 };
}

/** What a node has cost in a period: from its plan on, in whole billing units. */
export function costOf(
  { price, billingUnit, created, overAt }: Bill,
  period: Period,
  now: Instant,
) {
  const end = created + roundUp((overAt ?? now) - created, billingUnit);
  const inside = Math.min(end, period.end) - Math.max(created, period.start);
  return (price * Math.max(0, inside)) / HOUR;
}

/** Money that one node may yet cost until it can be ended. */
export function reserveOf(price: number, reserve: Seconds, billingUnit: Seconds): number {
  return (price * Math.max(reserve, billingUnit)) / HOUR;
}

export function budgetOf(
  terms: BudgetTerms,
  live: readonly NodeRow[],
  over: readonly Bill[],
  { now, reserve }: { readonly now: Instant; readonly reserve: Seconds },
): Budget {
  const period = periodOf(terms, now);
  const spent = [...live, ...over].reduce((sum, bill) => sum + costOf(bill, period, now), 0);
  const committed = live.reduce(
    (sum, { price, billingUnit }) => sum + reserveOf(price, reserve, billingUnit),
    0,
  );
  const { limit } = terms;
  return { spent, committed, limit, periodStart: period.start, periodEnd: period.end };
}

function roundUp(length: Seconds, unit: Seconds): Seconds {
  return Math.ceil(Math.max(0, length) / unit) * unit;
}
