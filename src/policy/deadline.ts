import type { Seconds } from '../base/clock.ts';
import { DEFAULT_EXPANDER, type Expander } from './expand.ts';
import { comingSlots, countTasks, waitOf, workLeft, workOf } from './measure.ts';
import type { Policy, PolicyContext } from './policy.ts';
import { slotsFor } from './propose.ts';

export interface DeadlineOptions {
  /** Nine of ten jobs are to start after at most this time. Default 3600. */
  readonly p90?: Seconds;
  /** Run time of a job that names no limit. Default 3600. */
  readonly assume?: Seconds;
  /** Most nodes in one answer. Default 10. */
  readonly step?: number;
  readonly expander?: Expander;
}

/** Time that a node takes to start, until some have. */
const FIRST_BOOT: Seconds = 300;

/**
 * Nodes as soon as the wait of the job nine tenths down the queue is foreseen to be too long. Foreseen is: the work before
 * it, over all slots there are.
 */
export function deadline({
  p90 = 3_600,
  assume = 3_600,
  step = 10,
  expander = DEFAULT_EXPANDER,
}: DeadlineOptions = {}): Policy {
  return {
    name: 'deadline',
    version: '1',
    plan(context) {
      const { work, waited } = beforeP90(context, assume);
      const slots = slotsInAll(context);
      const wait = waited + (slots === 0 ? Number.POSITIVE_INFINITY : work / slots);
      if (context.unserved.length === 0 || wait <= p90) return [];
      // New slots work from their start on only.
      const left = Math.max(1, p90 - waited - (context.history.bootP50 ?? FIRST_BOOT));
      const missing = Math.max(1, (work - slots * (p90 - waited)) / left);
      const reason = `nine of ten jobs would start after ${words(wait)}, not ${words(p90)}`;
      return slotsFor(missing, step, context, { expander, reason });
    },
  };
}

/** The work before the job nine tenths down the queue, and how long that job has waited. */
function beforeP90(context: PolicyContext, assume: Seconds) {
  let before = Math.max(0, Math.ceil(countTasks(context.candidates) * 0.9) - 1);
  let work = workLeft(context, assume);
  for (const job of context.candidates) {
    const tasks = Math.min(before, job.tasks);
    work += workOf([{ ...job, tasks }], assume);
    before -= tasks;
    if (tasks < job.tasks) return { work, waited: waitOf(job, context) };
  }
  return { work, waited: 0 };
}

function slotsInAll(context: PolicyContext): number {
  const busy = context.running.reduce((sum, { slots }) => sum + slots, 0);
  return busy + context.freeSlots + comingSlots(context);
}

function words(seconds: Seconds): string {
  return Number.isFinite(seconds) ? `${(seconds / 60).toFixed(0)} min` : 'no time that can be told';
}
