import type { Instant } from '../../base/clock.ts';
import type { BatchSystem } from '../batch.ts';
import { simulated } from './simulated.ts';
import { readWorkload } from './workload.ts';

export interface ReplayOptions {
  /** The log. */
  readonly path: string;
  /** Slots of the cluster's own. */
  readonly slots: number;
  readonly now: () => Instant;
}

const JOIN_TIME = 5;

/**
 * Jobs of a log come again, the first when it is first looked at, the others as long after it as they did then.
 *
 * @throws {BatchError} `LISTING_MALFORMED`
 */
export async function replay({ path, slots, now }: ReplayOptions): Promise<BatchSystem> {
  const tasks = await readWorkload(path);
  let next = 0;
  let begun: Instant | undefined;
  return simulated({
    ...{ kind: 'replay', name: `replay of ${path}`, now, slots, joinTime: JOIN_TIME },
    feed: (cluster, time) => {
      begun ??= time;
      for (let task = tasks[next]; task !== undefined; task = tasks[next]) {
        if (begun + task.at > time) break;
        cluster.submit(task, begun + task.at);
        next += 1;
      }
    },
  });
}
