import type { Seconds } from '../base/clock.ts';
import type { Policy } from './policy.ts';
import { no, yes } from './verdict.ts';

export interface CoolDownOptions {
  /** Default 600. */
  readonly time?: Seconds;
}

/** Ends no idle node shortly after one has been started: so that nodes do not come and go. */
export function coolDown({ time = 600 }: CoolDownOptions = {}): Policy {
  return {
    name: 'cool-down',
    version: '1',
    mustVmBeKept(_, { nodes, now }) {
      const last = nodes.reduce((latest, { created }) => Math.max(latest, created), -Infinity);
      const since = Math.floor(now - last);
      return since < time
        ? { ...yes(`a node was started ${since} s ago`), notBefore: last + time }
        : no('no node was started lately');
    },
  };
}
