import type { Instant, Seconds } from '../../base/clock.ts';
import { random as numbers } from '../../policy/random.ts';
import type { BatchSystem } from '../batch.ts';
import { simulated } from './simulated.ts';

export interface RandomOptions {
  readonly seed: number;
  /** Slots of the cluster's own. */
  readonly slots: number;
  readonly now: () => Instant;
  /** Between two jobs, in the mean. Default 20. */
  readonly pause?: Seconds;
  /** Of one job, in the mean. Default 60. */
  readonly duration?: Seconds;
}

const JOIN_TIME = 5;

/** Jobs that come and end by chance: for demonstrations, and for trying policies. */
export function randomJobs({
  seed,
  slots,
  now,
  pause = 20,
  duration = 60,
}: RandomOptions): BatchSystem {
  const next = numbers(seed);
  const wait = (mean: Seconds): Seconds => -Math.log(1 - next()) * mean;
  let at: Instant | undefined;
  let count = 0;
  return simulated({
    ...{ kind: 'random', name: 'random jobs', now, slots, joinTime: JOIN_TIME },
    feed: (cluster, time) => {
      at ??= time;
      for (; at <= time; at += wait(pause)) {
        count += 1;
        const own = { duration: Math.max(1, wait(duration)), slots: 1 };
        cluster.submit({ id: String(count), at: 0, ...own }, at);
      }
    },
  });
}
