/**
 * This machine: a job is a process in a session of its own, which outlives us.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Seconds } from '../../base/clock.ts';
import { isAlive, startDaemon } from '../../host/processes.ts';
import { GridError } from '../errors.ts';
import { type Place, place } from '../shared/place.ts';
import { renderRunner } from '../shared/script.ts';
import type { JobStatus, Target } from '../target.ts';

export interface LocalOptions {
  /** Where jobs are kept. */
  readonly base: string;
  /** The whole environment of jobs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Between asking a job to end and ending it. */
  readonly grace: Seconds;
}

const POLL_MS = 20;
const START_MS = 10_000;

export function localTarget({ base, environment, grace }: LocalOptions): Target {
  const jobs = place(base, 'local');
  const run = async (mark: string): Promise<void> => {
    const child = startDaemon([`${jobs.directory(mark)}/run`], {
      stdio: 'ignore',
      env: environment,
    });
    child.unref();
    await started(jobs, mark);
  };
  return {
    kind: 'local',
    name: 'local',
    submit: async (job) => {
      await jobs.prepare(job, renderRunner(job, jobs.directory(job.mark), 'local'));
      await run(job.mark);
      return job.mark;
    },
    find: async (mark) => (await jobs.marks()).filter((found) => found === mark),
    resume: async (id) => {
      if ((await jobs.note(id, 'claim')) === undefined) await run(id);
    },
    status: async (ids) =>
      new Map(await Promise.all(ids.map(async (id) => [id, await statusOf(jobs, id)] as const))),
    kill: async (id) => {
      const { state } = await statusOf(jobs, id);
      if (state !== 'running' && state !== 'accepted') return;
      await jobs.write(id, 'killed', 'by its user');
      await stop(jobs, id, grace);
    },
    list: (id, directory) => jobs.list(id, directory),
    fetch: (id, name, to) => jobs.fetch(id, name, to),
    clean: async (id) => {
      if ((await statusOf(jobs, id)).state === 'running') throw running(id);
      await jobs.remove(id);
    },
    close: async () => undefined,
  };
}

async function started(jobs: Place, mark: string): Promise<void> {
  for (let waited = 0; waited < START_MS; waited += POLL_MS) {
    if ((await jobs.note(mark, 'pid')) !== undefined) return;
    await sleep(POLL_MS);
  }
  throw new GridError(`Cannot start the job "${mark}": its script does not run`, {
    kind: 'remote',
    code: 'TARGET_UNREACHABLE',
  });
}

async function statusOf(jobs: Place, id: string): Promise<JobStatus> {
  const runs = await isRunning(jobs, id);
  const status = await jobs.note(id, 'status');
  if (status !== undefined) return ended(jobs, id, Number(status));
  if (runs === true) return { state: 'running' };
  if ((await jobs.marks()).every((mark) => mark !== id)) return { state: 'gone' };
  if (runs === undefined) return { state: 'accepted' };
  return isKilled(jobs, id, { state: 'failed', reason: 'its processes died without a status' });
}

async function ended(jobs: Place, id: string, exitStatus: number): Promise<JobStatus> {
  if (exitStatus === 0) return { state: 'finished', exitStatus };
  return isKilled(jobs, id, { state: 'failed', exitStatus });
}

async function isKilled(jobs: Place, id: string, otherwise: JobStatus): Promise<JobStatus> {
  return (await jobs.note(id, 'killed')) === undefined ? otherwise : { state: 'killed' };
}

/** Undefined: it has not started yet. */
async function isRunning(jobs: Place, id: string): Promise<boolean | undefined> {
  const process = await processOf(jobs, id);
  return process === undefined ? undefined : isAlive(process);
}

async function processOf(jobs: Place, id: string) {
  const [pid, started = ''] = (await jobs.note(id, 'pid'))?.split(' ') ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), started };
}

/** The job's own wrapper ends its guest when asked; whoever does not listen is ended by its group. */
async function stop(jobs: Place, id: string, grace: Seconds): Promise<void> {
  const leader = await processOf(jobs, id);
  if (leader === undefined || !isAlive(leader)) return;
  process.kill(-leader.pid, 'SIGTERM');
  for (let waited = 0; waited < grace * 1_000; waited += POLL_MS) {
    if (!isAlive(leader)) return;
    await sleep(POLL_MS);
  }
  if (isAlive(leader)) process.kill(-leader.pid, 'SIGKILL');
}

function running(id: string): GridError {
  return new GridError(`Cannot forget the job "${id}": it is running`, {
    kind: 'conflict',
    code: 'JOB_UNFINISHED',
    hint: 'End it first.',
  });
}
