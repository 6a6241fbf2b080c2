/**
 * Grid Engine by its command line, with a directory for jobs that its nodes see, too.
 *
 * @module
 */

import type { Instant, Seconds } from '../../base/clock.ts';
import type { Machine } from '../../host/machine.ts';
import { jobsBase } from '../shared/base.ts';
import { commandFault } from '../shared/fault.ts';
import { markOf, numberOf } from '../shared/handle.ts';
import { markedJobs } from '../shared/marked.ts';
import { type Place, place } from '../shared/place.ts';
import { renderRunner } from '../shared/script.ts';
import type { JobStatus, MarkedTarget, StagedJob } from '../target.ts';
import { parseAccounting, statusOfEnding } from './accounting.ts';
import { parseErrorReason, parseFreeSlots, parseQueue, type QueuedJob } from './queue.ts';
import { type GridEngineNames, hasMark, markIn, qsubWords } from './words.ts';

export interface GridEngineOptions {
  /** Where Grid Engine's commands are; its nodes have the directory of jobs at the same path. */
  readonly machine: Machine;
  /** Of jobs; default: below the user's home there. */
  readonly base?: string;
  readonly deadline: Seconds;
  readonly names: GridEngineNames;
  /** Names of variables that jobs get as they are where `qsub` runs. */
  readonly variables: readonly string[];
  readonly now: () => Instant;
}

interface Desk {
  readonly jobs: Place;
  readonly run: (argv: readonly string[]) => Promise<string>;
  readonly now: () => Instant;
}

/** `NUMBER@MARK`: the number is Grid Engine's, the mark names the directory. */
export function gridEngineTarget(options: GridEngineOptions): MarkedTarget {
  const { machine, base, deadline, names, variables, now } = options;
  const jobs = place(machine.files, jobsBase(machine, 'gridengine', base), 'gridengine');
  const run = async (argv: readonly string[]): Promise<string> =>
    (await machine.run(argv, { timeout: deadline }).catch((error) => Promise.reject(fault(error))))
      .stdout;
  const desk: Desk = { jobs, run, now };
  const queue = async (): Promise<readonly QueuedJob[]> => parseQueue(await run(['qstat', '-xml']));
  return {
    kind: 'gridengine',
    name: 'gridengine',
    load: () => load(run),
    submit: async (job) => {
      const script = await jobs.prepare(job, (directory) => gridEngineScript(job, directory));
      const { wallTime } = job.description.resources;
      if (wallTime !== undefined) await jobs.write(job.mark, 'limit', String(wallTime));
      const said = await run(['qsub', ...qsubWords(job, names, variables), script]);
      return `${said.trim().split('\n').at(-1)}@${job.mark}`;
    },
    find: async (mark) => {
      if (!(await jobs.marks()).includes(mark)) return [];
      const listed = (await queue()).filter(({ name }) => hasMark(name, mark)).map(({ id }) => id);
      const claimed = await jobs.note(mark, 'claim');
      const ids = new Set([...listed, ...(claimed === undefined ? [] : [claimed])]);
      return [...ids].map((id) => `${id}@${mark}`);
    },
    all: () =>
      markedJobs(jobs, async () =>
        (await queue()).map(({ id, name }) => ({ id, mark: markIn(name) })),
      ),
    resume: async () => undefined,
    status: async (ids) => {
      const listed = new Map(
        (ids.length === 0 ? [] : await queue()).map((job) => [job.id, job] as const),
      );
      const one = async (handle: string) =>
        [handle, await statusOf(desk, handle, listed.get(numberOf(handle)))] as const;
      return new Map(await Promise.all(ids.map(one)));
    },
    kill: async (id) => {
      if ((await jobs.note(markOf(id), 'status')) !== undefined) return;
      await jobs.write(markOf(id), 'killed', 'by its user');
      await run(['qdel', numberOf(id)]);
    },
    list: (id, directory) => jobs.list(markOf(id), directory),
    fetch: (id, name, to) => jobs.fetch(markOf(id), name, to),
    clean: async (id) => jobs.remove(markOf(id)),
    close: () => machine.close(),
  };
}

/** What Grid Engine gets to run. */
export function gridEngineScript(job: StagedJob, directory: string): string {
  return renderRunner(job, directory, '$JOB_ID');
}

async function load(run: Desk['run']) {
  const free = parseFreeSlots(await run(['qstat', '-g', 'c', '-xml']));
  const pending = parseQueue(await run(['qstat', '-u', '*', '-s', 'p', '-xml']));
  return { free, waiting: pending.filter(({ state }) => state === 'queued').length };
}

async function statusOf(
  desk: Desk,
  handle: string,
  listed: QueuedJob | undefined,
): Promise<JobStatus> {
  const { jobs } = desk;
  const mark = markOf(handle);
  if (listed !== undefined) return listedStatus(desk, listed);
  if (!(await jobs.marks()).includes(mark)) return { state: 'gone' };
  const status = await jobs.note(mark, 'status');
  if (status === '0') return { state: 'finished', exitStatus: 0 };
  if ((await jobs.note(mark, 'killed')) !== undefined) return { state: 'killed' };
  if (status !== undefined) return { state: 'failed', exitStatus: Number(status) };
  return missed(desk, handle);
}

async function listedStatus(
  { run }: Desk,
  { id, state, own, queue }: QueuedJob,
): Promise<JobStatus> {
  const status: JobStatus = { state, own, ...(queue !== '' && { queue }) };
  if (!own.includes('E')) return status;
  const reason = parseErrorReason(await run(['qstat', '-j', id]).catch(() => ''));
  return { ...status, reason: reason ?? 'Grid Engine cannot start it' };
}

/** For accounts to be written, and for files of nodes to be seen. */
const PATIENCE: Seconds = 60;

/** Neither listed, nor with a status: its end may be on the way, or nobody will ever tell. */
async function missed({ jobs, run, now }: Desk, handle: string): Promise<JobStatus> {
  const mark = markOf(handle);
  const since = await jobs.note(mark, 'missed');
  if (since === undefined) await jobs.write(mark, 'missed', String(now()));
  if (now() - Number(since ?? now()) < PATIENCE) return { state: 'unknown', own: 'ending' };
  const ending = parseAccounting(await run(['qacct', '-j', numberOf(handle)]).catch(() => ''));
  const limit = await jobs.note(mark, 'limit');
  if (ending !== undefined)
    return statusOfEnding(ending, limit === undefined ? undefined : Number(limit));
  return {
    state: 'failed',
    reason: 'Grid Engine does not know it any more, and it left no status',
  };
}

function fault(error: unknown): unknown {
  return commandFault('Grid Engine', error, REFUSAL);
}

/** Source: messages of qsub, qdel and qstat of Grid Engine 8.1. */
const REFUSAL =
  /Unable to run job: (?!.*(?:unable to contact|commlib|got no response|timeout))|denied: |does not exist|Unknown option/i;
