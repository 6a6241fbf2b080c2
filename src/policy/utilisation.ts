import { DEFAULT_EXPANDER, type Expander } from './expand.ts';
import { readyNodes } from './measure.ts';
import type { Policy, PolicyContext } from './policy.ts';
import { nodesFor } from './propose.ts';
import { no, yes } from './verdict.ts';

export interface UtilisationOptions {
  /** Below this share of slots in use, idle nodes may go. From 0 to 1. Default 0.5. */
  readonly low?: number;
  /** From this share on, more nodes are wanted. From 0 to 1. Default 0.9. */
  readonly high?: number;
  /** Nodes in one answer. Default 1. */
  readonly step?: number;
  readonly expander?: Expander;
}

/**
 * Follows how much of our nodes is in use, a step at a time (COBalD's linear controller). From nothing it starts by the queue,
 * and needs no node to measure.
 */
export function utilisation({
  low = 0.5,
  high = 0.9,
  step = 1,
  expander = DEFAULT_EXPANDER,
}: UtilisationOptions = {}): Policy {
  return {
    name: 'utilisation',
    version: '1',
    plan(context) {
      const share = shareInUse(context);
      if (share < high || context.unserved.length === 0) return [];
      const reason = `${percent(share)} of our slots are in use, and jobs wait`;
      return nodesFor(context.unserved, step, context, { expander, reason });
    },
    canVmBeStopped(_, context) {
      const share = shareInUse(context);
      const words = `${percent(share)} of our slots are in use`;
      return share < low ? yes(words) : no(`${words}, not below ${percent(low)}`);
    },
  };
}

/** Of ready nodes; coming ones are idle yet. With none of both everything is in use. */
function shareInUse(context: PolicyContext): number {
  const used = readyNodes(context).reduce((sum, node) => sum + node.used, 0);
  const slots = [...context.pools.values()].reduce((sum, pool) => {
    const ready = readyNodes(context).filter(({ pool: name }) => name === pool.name).length;
    return sum + (ready + pool.coming) * pool.slots;
  }, 0);
  return slots === 0 ? 1 : used / slots;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
