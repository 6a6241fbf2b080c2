import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';

/** This machine's time. */
export const systemClock: Clock = {
  now: () => Date.now() / 1_000,
  sleep: async (length, signal) => {
    try {
      await sleep(length * 1_000, undefined, signal && { signal });
    } catch (error) {
      if (signal?.aborted !== true) throw error;
    }
  },
};
