/**
 * What `qstat -xml` says of jobs. It lists those that have not ended, and only its caller's own.
 *
 * @module
 */

import type { JobState } from '../target.ts';
import { rowsOf } from './rows.ts';

export interface QueuedJob {
  readonly id: string;
  readonly name: string;
  readonly state: JobState;
  /** Grid Engine's letters, such as `qw`, `Eqw`, `dr`. */
  readonly own: string;
  readonly queue: string;
}

/** @throws {GridError} `TARGET_MALFORMED` */
export function parseQueue(document: string): readonly QueuedJob[] {
  return rowsOf(document, 'job_list').map((row) => ({
    id: row.JB_job_number ?? '',
    name: row.JB_name ?? '',
    state: toState(row.state ?? ''),
    own: row.state ?? '',
    queue: (row.queue_name ?? '').replace(/@.*$/, ''),
  }));
}

/** Source: qstat(1). An error holds a job until somebody clears it; `z` has ended, and is listed on demand only. */
function toState(letters: string): JobState {
  if (letters.includes('d')) return 'finishing';
  if (letters.includes('E')) return 'held';
  if (letters.includes('q') || letters.includes('w')) return /h/.test(letters) ? 'held' : 'queued';
  if (letters.includes('t')) return 'queued';
  return /[rsST]/.test(letters) ? 'running' : 'unknown';
}

/** Why a job is in error, from `qstat -j`. */
export function parseErrorReason(text: string): string | undefined {
  const line = /^error reason\s+\d*:\s*(?<reason>.*)$/m.exec(text)?.groups?.reason;
  return line?.replace(/^.*?\]: (?:error: )?/, '');
}

/** `qstat -g c -xml`: of all queues together. */
export function parseFreeSlots(document: string): number {
  const rows = rowsOf(document, 'cluster_queue_summary');
  return rows.reduce((sum, { available }) => sum + Number(available ?? 0), 0);
}
