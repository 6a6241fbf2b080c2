import type { Seen } from '../look.ts';
import type { JobState } from '../target.ts';

/** How many jobs are how, in the order of a job's life. */
export type Tally = ReadonlyMap<JobState, number>;

export const STATES: readonly JobState[] = [
  ...(['unsubmitted', 'accepted', 'staging', 'queued', 'held', 'running', 'finishing'] as const),
  ...(['unknown', 'finished', 'failed', 'killed', 'gone'] as const),
];

export function tally(seen: readonly Seen[]): Tally {
  const counts = STATES.map(
    (state) => [state, seen.filter(({ status }) => status.state === state).length] as const,
  );
  return new Map(counts.filter(([, count]) => count > 0));
}

/** `46 finished, 4 failed` */
export function renderTally(counts: Tally): string {
  return [...counts].map(([state, count]) => `${count} ${state}`).join(', ');
}
