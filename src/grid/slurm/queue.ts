import { GridError } from '../errors.ts';
import type { JobState } from '../target.ts';

/** One job of `squeue --json`. */
export interface SlurmJob {
  readonly id: string;
  readonly comment: string;
  readonly state: JobState;
  readonly isOver: boolean;
  readonly own: string;
  readonly reason: string;
  readonly queue: string;
}

/** Source: squeue(1), JOB STATE CODES. */
const STATES: Readonly<Record<string, JobState>> = {
  PENDING: 'queued',
  CONFIGURING: 'queued',
  REQUEUED: 'queued',
  RUNNING: 'running',
  SUSPENDED: 'running',
  STOPPED: 'running',
  RESIZING: 'running',
  SIGNALING: 'running',
  STAGE_OUT: 'finishing',
  COMPLETING: 'finishing',
  COMPLETED: 'finished',
  CANCELLED: 'killed',
  FAILED: 'failed',
  TIMEOUT: 'failed',
  NODE_FAIL: 'failed',
  OUT_OF_MEMORY: 'failed',
  PREEMPTED: 'failed',
  BOOT_FAIL: 'failed',
  DEADLINE: 'failed',
};

const REASONS: Readonly<Record<string, string>> = {
  TIMEOUT: 'its time was up',
  NODE_FAIL: 'its node failed',
  OUT_OF_MEMORY: 'it needed more memory than it asked for',
  PREEMPTED: 'another job took its place',
};

/** @throws {GridError} `TARGET_MALFORMED` */
export function parseQueue(text: string): readonly SlurmJob[] {
  let jobs: unknown;
  try {
    jobs = (JSON.parse(text) as { readonly jobs?: unknown }).jobs;
  } catch {
    jobs = undefined;
  }
  if (!Array.isArray(jobs)) throw malformed(text);
  return jobs.map(toJob);
}

type Row = Readonly<Record<string, unknown>>;

function toJob(row: Row): SlurmJob {
  // Later versions give a list of states, the base state first.
  const [own = ''] = [row.job_state].flat().map(String);
  const reason = String(row.state_reason ?? '');
  const state = own === 'PENDING' && /Held/.test(reason) ? 'held' : (STATES[own] ?? 'unknown');
  return {
    id: String(row.job_id),
    comment: textOf(row.comment),
    state,
    isOver: ['finished', 'killed', 'failed'].includes(state),
    own,
    reason: REASONS[own] ?? `Slurm says ${own}${reason === 'None' ? '' : ` (${reason})`}`,
    queue: textOf(row.partition),
  };
}

/** Later versions give a mapping with `job`. */
function textOf(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'job' in value) return String(value.job);
  return typeof value === 'string' ? value : '';
}

function malformed(text: string): GridError {
  return new GridError(
    `Cannot read what squeue prints: no JSON with jobs (${JSON.stringify(text.slice(0, 80))})`,
    { kind: 'remote', code: 'TARGET_MALFORMED', hint: 'Slurm 21.08 or newer is needed.' },
  );
}
