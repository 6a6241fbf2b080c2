import type { Seconds } from '../base/clock.ts';
import { DEFAULT_EXPANDER, type Expander } from './expand.ts';
import { countTasks, waitOf } from './measure.ts';
import type { Policy } from './policy.ts';
import { nodesFor } from './propose.ts';

export interface QueueTimeOptions {
  /** Default 600. */
  readonly longerThan?: Seconds;
  /** Most nodes in one answer. Default 10. */
  readonly step?: number;
  readonly expander?: Expander;
}

/** Nodes for those jobs alone that have waited for long, and that there is no room for. */
export function queueTime({
  longerThan = 600,
  step = 10,
  expander = DEFAULT_EXPANDER,
}: QueueTimeOptions = {}): Policy {
  return {
    name: 'queue-time',
    version: '1',
    plan(context) {
      const late = context.unserved.filter((job) => waitOf(job, context) > longerThan);
      const reason = `${countTasks(late)} jobs have waited for more than ${longerThan} s`;
      return nodesFor(late, step, context, { expander, reason });
    },
  };
}
