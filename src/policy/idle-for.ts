import type { Seconds } from '../base/clock.ts';
import type { Policy } from './policy.ts';
import { no, yes } from './verdict.ts';

export interface IdleForOptions {
  /** Default 600. */
  readonly time?: Seconds;
}

/** Ends nodes that have run no job for some time. */
export function idleFor({ time = 600 }: IdleForOptions = {}): Policy {
  return {
    name: 'idle',
    version: '1',
    canVmBeStopped({ idleSince }, { now }) {
      if (idleSince === undefined) return no('it is not idle');
      const idle = Math.floor(now - idleSince);
      return idle >= time
        ? yes(`idle for ${idle} s`)
        : no(`idle for ${idle} s, not ${time} s yet`, idleSince + time);
    },
  };
}
