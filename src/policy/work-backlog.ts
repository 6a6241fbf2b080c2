import type { Seconds } from '../base/clock.ts';
import { DEFAULT_EXPANDER, type Expander } from './expand.ts';
import { comingSlots, workOf } from './measure.ts';
import type { Policy } from './policy.ts';
import { slotsFor } from './propose.ts';

export interface WorkBacklogOptions {
  /** The waiting work is to be done in this time. Default 3600. */
  readonly drainIn?: Seconds;
  /** Run time of a job that names no limit. Default 3600. */
  readonly assume?: Seconds;
  /** Most nodes in one answer. Default 10. */
  readonly step?: number;
  readonly expander?: Expander;
}

/** So many slots that the waiting work, slots times run time, is done in a given time. */
export function workBacklog({
  drainIn = 3_600,
  assume = 3_600,
  step = 10,
  expander = DEFAULT_EXPANDER,
}: WorkBacklogOptions = {}): Policy {
  return {
    name: 'work-backlog',
    version: '1',
    plan(context) {
      const { candidates } = context;
      const work = workOf(candidates, assume);
      const missing = work / drainIn - context.freeSlots - comingSlots(context);
      const reason = `${hours(work)} slot hours wait, to be done in ${hours(drainIn)} h`;
      return slotsFor(missing, step, context, { expander, reason });
    },
  };
}

function hours(seconds: Seconds): string {
  return (seconds / 3_600).toFixed(1);
}
