import type { JobState } from '../target.ts';

/** States of the REST interface 1.0, and what they mean here. A killed job is listed as `FAILED`. */
const STATES: Readonly<Record<string, JobState>> = {
  ACCEPTING: 'accepted',
  ACCEPTED: 'accepted',
  PREPARING: 'staging',
  PREPARED: 'staging',
  SUBMITTING: 'queued',
  QUEUING: 'queued',
  HELD: 'held',
  RUNNING: 'running',
  EXITINGLRMS: 'running',
  OTHER: 'running',
  EXECUTED: 'finishing',
  FINISHING: 'finishing',
  KILLING: 'finishing',
  FINISHED: 'finished',
  FAILED: 'failed',
  KILLED: 'killed',
  WIPED: 'gone',
};

export const ALL_STATES: readonly string[] = Object.keys(STATES);

export function toState(word: string): JobState {
  return STATES[word] ?? 'unknown';
}
