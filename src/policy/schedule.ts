import type { Instant } from '../base/clock.ts';
import { type Cron, cron } from './cron.ts';
import { PolicyError } from './errors.ts';
import { DEFAULT_EXPANDER, type Expander } from './expand.ts';
import { liveNodes } from './measure.ts';
import type { Policy, Proposal } from './policy.ts';
import { spareNodes } from './propose.ts';
import { no, yes } from './verdict.ts';

export interface ScheduleRule {
  /** When it holds, in five fields as of cron: `* 8-17 * * 1-5`. */
  readonly when: string;
  /** Nodes that are to be there. Default 0. */
  readonly min?: number;
  /** Most nodes. Default: no limit of the schedule. */
  readonly max?: number;
}

export interface ScheduleOptions {
  /** The first that holds counts. When none holds, the schedule says nothing. */
  readonly rules: readonly ScheduleRule[];
  /** Default `UTC`. */
  readonly timeZone?: string;
  readonly expander?: Expander;
}

/** How many nodes there are at least and at most, by the time of day, week and year. */
export function schedule({
  rules,
  timeZone,
  expander = DEFAULT_EXPANDER,
}: ScheduleOptions): Policy {
  const times = rules.map((rule): [ScheduleRule, Cron] => [rule, readCron(rule, timeZone)]);
  const ruleAt = (now: Instant): ScheduleRule | undefined =>
    times.find(([, isNow]) => isNow(now))?.[0];
  return {
    name: 'schedule',
    version: '1',
    plan(context) {
      const { min = 0, when } = ruleAt(context.now) ?? { when: '' };
      const missing = min - liveNodes(context);
      const reason = `the schedule wants ${min} nodes at "${when}"`;
      return missing > 0 ? spareNodes(missing, context, { expander, reason }) : [];
    },
    limit(proposals, context) {
      const { max = Number.POSITIVE_INFINITY } = ruleAt(context.now) ?? {};
      return first(proposals, Math.max(0, max - liveNodes(context)));
    },
    mustVmBeKept(_, context) {
      const { min = 0 } = ruleAt(context.now) ?? {};
      return liveNodes(context) <= min
        ? yes(`the schedule wants ${min} nodes now`)
        : no('more nodes than the schedule wants');
    },
  };
}

/** In their order, so many nodes; of a gang all or none. */
export function first(proposals: readonly Proposal[], most: number): readonly Proposal[] {
  let left = most;
  return proposals.flatMap((proposal) => {
    const count = Math.min(left, proposal.count);
    if (count === 0 || (proposal.gang === true && count < proposal.count)) return [];
    left -= count;
    return [{ ...proposal, count }];
  });
}

function readCron({ when }: ScheduleRule, timeZone: string | undefined): Cron {
  const found = cron(when, timeZone);
  if (found !== undefined) return found;
  throw new PolicyError(`Cannot read the times "${when}" of a schedule in "${timeZone ?? 'UTC'}"`, {
    kind: 'usage',
    code: 'POLICY_FAULTY',
    hint: 'Five fields as of cron, such as "* 8-17 * * 1-5", and a time zone such as Europe/Zurich',
  });
}
