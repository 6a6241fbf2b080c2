import { DEFAULT_EXPANDER, type Expander } from './expand.ts';
import { countTasks, liveNodes } from './measure.ts';
import type { Policy } from './policy.ts';
import { nodesFor } from './propose.ts';

export interface QueueLengthOptions {
  /** Waiting candidates that each of our nodes may have before it. Default 1. */
  readonly perNode?: number;
  /** Most nodes in one answer. Default 10. */
  readonly step?: number;
  readonly expander?: Expander;
}

/** More nodes while the queue is long for those there are; coming ones count (VM-MAD, StarCluster). */
export function queueLength({
  perNode = 1,
  step = 10,
  expander = DEFAULT_EXPANDER,
}: QueueLengthOptions = {}): Policy {
  return {
    name: 'queue-length',
    version: '1',
    plan(context) {
      const waiting = countTasks(context.candidates);
      const live = liveNodes(context);
      const count = Math.min(step, Math.ceil(waiting / perNode) - live);
      const reason = `${waiting} jobs wait for ${live} nodes, ${perNode} each may`;
      return nodesFor(context.unserved, count, context, { expander, reason });
    },
  };
}
