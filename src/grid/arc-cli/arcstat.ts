/**
 * What `arcstat -J -l` prints: JSON but for its outer braces, and for quotes in texts, which are not escaped.
 * So it is read by lines, of which each member of a job has one. Source: ARC 6.17.
 *
 * @module
 */

import { endedStatus } from '../arc/status.ts';
import type { JobState, JobStatus } from '../target.ts';

/** Missing are those of which the service told nothing. */
export function parseArcstat(text: string): ReadonlyMap<string, JobStatus> {
  const jobs = text.split(/^ "id": "/m).slice(1);
  return new Map(jobs.map((job) => [job.slice(0, job.indexOf('"')), toStatus(job)] as const));
}

/** Source: arcstat(1). */
const STATES: Readonly<Record<string, JobState>> = {
  Accepted: 'accepted',
  Preparing: 'staging',
  Submitting: 'queued',
  Hold: 'held',
  Queuing: 'queued',
  Running: 'running',
  Other: 'running',
  Finishing: 'finishing',
  Finished: 'finished',
  Failed: 'failed',
  Killed: 'killed',
  Deleted: 'gone',
};

function toStatus(job: string): JobStatus {
  const own = member(job, 'state') ?? '';
  const queue = member(job, 'queue');
  const facts = { own, ...(queue !== undefined && { queue }) };
  const state = STATES[own] ?? 'unknown';
  if (state === 'finished') return { state, ...facts, exitStatus: 0 };
  if (state !== 'failed' && state !== 'killed') return { state, ...facts };
  return { ...endedStatus(own.toUpperCase(), errorsOf(job)), ...facts };
}

/** The value of a member that is a text. */
function member(job: string, name: string): string | undefined {
  return new RegExp(`^ "${name}": "(?<value>.*)",?$`, 'm').exec(job)?.groups?.value;
}

function errorsOf(job: string): string {
  const list = /^ "jobError": \[\n(?<lines>.*?)^ *\]/ms.exec(job)?.groups?.lines ?? '';
  return list
    .split('\n')
    .map((line) => line.replace(/^\s*"|",?\s*$/g, ''))
    .filter(Boolean)
    .join('; ');
}
