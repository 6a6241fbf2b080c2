import type { Seconds } from '../base/clock.ts';
import type { Policy } from './policy.ts';
import { no, yes } from './verdict.ts';

export interface BillingBoundaryOptions {
  /** How long before the next unit is charged. Default 300. */
  readonly before?: Seconds;
}

/**
 * Ends idle nodes shortly before the next unit of time is charged: until then they are paid for, and may be of use. Where
 * the unit is not longer than that, at once.
 */
export function billingBoundary({ before = 300 }: BillingBoundaryOptions = {}): Policy {
  return {
    name: 'billing-boundary',
    version: '1',
    canVmBeStopped({ idleSince, created, pool }, { now, pools }) {
      if (idleSince === undefined) return no('it is not idle');
      const unit = pools.get(pool)?.billingUnit ?? 1;
      if (unit <= before) return yes(`idle, and charged by ${unit} s`);
      const left = unit - ((now - created) % unit);
      return left <= before
        ? yes(`idle, and the next ${unit} s are charged in ${Math.floor(left)} s`)
        : no(`it is paid for ${Math.floor(left)} s more`, now + left - before);
    },
  };
}
