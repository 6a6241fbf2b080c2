import { DEFAULT_EXPANDER, type Expander } from './expand.ts';
import { comingSlots } from './measure.ts';
import type { Policy } from './policy.ts';
import { spareNodes } from './propose.ts';
import { no, yes } from './verdict.ts';

export interface HeadroomOptions {
  /** Free slots that are always to be there. */
  readonly slots: number;
  /** Most nodes in one answer. Default 10. */
  readonly step?: number;
  readonly expander?: Expander;
}

/** Keeps slots free, so that the next jobs start at once (CLUES). */
export function headroom({
  slots,
  step = 10,
  expander = DEFAULT_EXPANDER,
}: HeadroomOptions): Policy {
  return {
    name: 'headroom',
    version: '1',
    plan(context) {
      const wanting = context.candidates.reduce(
        (sum, { slots: own, tasks }) => sum + own * tasks,
        0,
      );
      const free = Math.max(0, context.freeSlots + comingSlots(context) - wanting);
      const size = Math.max(1, ...[...context.pools.values()].map((pool) => pool.slots));
      const count = Math.min(step, Math.ceil((slots - free) / size));
      const reason = `${free} slots are free, ${slots} are to be`;
      return count > 0 ? spareNodes(count, context, { expander, reason }) : [];
    },
    mustVmBeKept(node, context) {
      const own = context.pools.get(node.pool)?.slots ?? 0;
      const left = context.freeSlots - own;
      return left < slots ? yes(`${slots} slots are to stay free`) : no(`${left} slots stay free`);
    },
  };
}
