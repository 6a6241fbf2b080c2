/**
 * Which pool the next node comes from: a chain of choices, each of which leaves the best of what the one before left.
 *
 * @module
 */

import type { Job } from '../model/job.ts';
import { slotsPerHost } from './fits.ts';
import type { PolicyContext, PoolView } from './policy.ts';

/** @returns those of the pools that are best; at least one of them. */
export type Expander = (
  pools: readonly PoolView[],
  jobs: readonly Job[],
  context: PolicyContext,
) => readonly PoolView[];

/** Least money for a slot and hour. */
export const cheapest: Expander = (pools) =>
  least(pools, ({ price, slots }) => price / Math.max(1, slots));

/** Fewest slots that the first of the jobs leaves unused. */
export const leastWaste: Expander = (pools, jobs) =>
  least(pools, ({ slots }) => wasted(slots, jobs));

/** Pools whose nodes may be taken back, while there are at least so many kinds of them. */
export function spotFirst(kinds = 1): Expander {
  return (pools) => {
    const spot = pools.filter((pool) => pool.spot === true);
    const firm = pools.filter((pool) => pool.spot !== true);
    return spot.length >= Math.max(1, kinds) || firm.length === 0 ? spot : firm;
  };
}

/** In the order of these names; pools without a name here come last. */
export function priority(names: readonly string[]): Expander {
  const rank = new Map(names.map((name, index) => [name, index]));
  return (pools) => least(pools, ({ name }) => rank.get(name) ?? names.length);
}

export function chain(...expanders: readonly Expander[]): Expander {
  return (pools, jobs, context) =>
    expanders.reduce((left, expander) => {
      const best = expander(left, jobs, context);
      return best.length > 0 ? best : left;
    }, pools);
}

export const DEFAULT_EXPANDER = chain(cheapest, leastWaste);

/** Pools that give nodes now and are not full. */
export function openPools({ pools }: PolicyContext): readonly PoolView[] {
  return [...pools.values()].filter(({ open, live, maxNodes }) => open && live < maxNodes);
}

function wasted(slots: number, jobs: readonly Job[]): number {
  let left = slots;
  for (const job of jobs) {
    if (slotsPerHost(job) > left) break;
    left -= slotsPerHost(job);
  }
  return left;
}

function least(
  pools: readonly PoolView[],
  measure: (pool: PoolView) => number,
): readonly PoolView[] {
  const lowest = Math.min(...pools.map(measure));
  return pools.filter((pool) => measure(pool) === lowest);
}
