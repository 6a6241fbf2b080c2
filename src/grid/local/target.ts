/**
 * This machine: a job is a process in a session of its own, which outlives us.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Seconds } from '../../base/clock.ts';
import type { Machine } from '../../host/machine.ts';
import type { ProcessId } from '../../host/processes.ts';
import { GridError } from '../errors.ts';
import { jobsBase } from '../shared/base.ts';
import { type Place, place } from '../shared/place.ts';
import { renderRunner } from '../shared/script.ts';
import type { JobStatus, Target } from '../target.ts';
import type { Processes } from './processes.ts';

export interface LocalOptions {
  readonly machine: Machine;
  readonly processes: Processes;
  /** Of jobs; default: below the user's home there. */
  readonly base?: string;
  /** Between asking a job to end and ending it. */
  readonly grace: Seconds;
}

interface Desk {
  readonly jobs: Place;
  readonly processes: Processes;
}

const POLL_MS = 20;
const START_MS = 30_000;

export function localTarget({ machine, processes, base, grace }: LocalOptions): Target {
  const jobs = place(machine.files, jobsBase(machine, 'local', base), 'local');
  const desk: Desk = { jobs, processes };
  const run = async (mark: string, script: string): Promise<void> => {
    await processes.start(script);
    await started(jobs, mark);
  };
  return {
    kind: 'local',
    name: 'local',
    load: () => load(desk, machine),
    submit: async (job) => {
      await run(job.mark, await jobs.prepare(job, (place) => renderRunner(job, place, 'local')));
      return job.mark;
    },
    find: async (mark) => (await jobs.marks()).filter((found) => found === mark),
    resume: async (id) => {
      if ((await jobs.note(id, 'claim')) === undefined) {
        await run(id, `${await jobs.directory(id)}/run`);
      }
    },
    status: async (ids) =>
      new Map(await Promise.all(ids.map(async (id) => [id, await statusOf(desk, id)] as const))),
    kill: async (id) => {
      const { state } = await statusOf(desk, id);
      if (state !== 'running' && state !== 'accepted') return;
      await jobs.write(id, 'killed', 'by its user');
      await stop(desk, id, grace);
    },
    list: (id, directory) => jobs.list(id, directory),
    fetch: (id, name, to) => jobs.fetch(id, name, to),
    clean: async (id) => {
      if ((await statusOf(desk, id)).state === 'running') throw running(id);
      await jobs.remove(id);
    },
    close: () => machine.close(),
  };
}

/** A slot for each processor; jobs of ours that run take theirs. */
async function load(desk: Desk, machine: Machine) {
  const { stdout } = await machine.run(['nproc']);
  const marks = await desk.jobs.marks();
  const running = await Promise.all(marks.map((mark) => isRunning(desk, mark)));
  return { free: Math.max(0, Number(stdout) - running.filter(Boolean).length), waiting: 0 };
}

/** That it was started is certain; whether it runs is not. */
async function started(jobs: Place, mark: string): Promise<void> {
  for (let waited = 0; waited < START_MS; waited += POLL_MS) {
    if ((await jobs.note(mark, 'pid').catch(() => undefined)) !== undefined) return;
    await sleep(POLL_MS);
  }
  throw new GridError(`Cannot start the job "${mark}": its script does not run`, {
    kind: 'remote',
    code: 'TARGET_UNREACHABLE',
  });
}

async function statusOf(desk: Desk, id: string): Promise<JobStatus> {
  const { jobs } = desk;
  const runs = await isRunning(desk, id);
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
async function isRunning({ jobs, processes }: Desk, id: string): Promise<boolean | undefined> {
  const process = await processOf(jobs, id);
  return process === undefined ? undefined : processes.isAlive(process);
}

async function processOf(jobs: Place, id: string): Promise<ProcessId | undefined> {
  const [pid, started = ''] = (await jobs.note(id, 'pid'))?.split(' ') ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), started };
}

/** The job's own wrapper ends its guest when asked; whoever does not listen is ended by its group. */
async function stop({ jobs, processes }: Desk, id: string, grace: Seconds): Promise<void> {
  const leader = await processOf(jobs, id);
  if (leader === undefined) return;
  await processes.signal(leader, 'TERM');
  for (let waited = 0; waited < grace * 1_000; waited += PAUSE_MS) {
    if (!(await processes.isAlive(leader))) return;
    await sleep(PAUSE_MS);
  }
  await processes.signal(leader, 'KILL');
}

const PAUSE_MS = 50;

function running(id: string): GridError {
  return new GridError(`Cannot forget the job "${id}": it is running`, {
    kind: 'conflict',
    code: 'JOB_UNFINISHED',
    hint: 'End it first.',
  });
}
