import type { Policy } from './policy.ts';
import { first } from './schedule.ts';

export interface QuotaOptions {
  /** Most nodes in all pools together, those being started or ended included. */
  readonly nodes: number;
}

/** Never more nodes than a number, over all pools. */
export function quota({ nodes: most }: QuotaOptions): Policy {
  return {
    name: 'quota',
    version: '1',
    limit(proposals, { pools }) {
      const live = [...pools.values()].reduce((sum, pool) => sum + pool.live, 0);
      return first(proposals, Math.max(0, most - live));
    },
  };
}
