import type { Seconds } from '../base/clock.ts';
import type { Policy } from './policy.ts';
import { no, yes } from './verdict.ts';

export interface ExpireAfterOptions {
  /** Default: the longest life of the node's pool. */
  readonly age?: Seconds;
}

/** Retires old nodes: they take no more jobs, and end after those they run. */
export function expireAfter({ age }: ExpireAfterOptions = {}): Policy {
  return {
    name: 'expiry',
    version: '1',
    canVmBeRetired({ created, pool }, { now, pools }) {
      const most = age ?? pools.get(pool)?.maxLifetime ?? Number.POSITIVE_INFINITY;
      const old = Math.floor(now - created);
      return old >= most
        ? yes(`${old} s old, ${most} s are the most`)
        : no(`${old} s old`, created + most);
    },
  };
}
