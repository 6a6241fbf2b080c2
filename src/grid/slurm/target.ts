/**
 * Slurm by its command line, with a directory for jobs that its nodes see, too.
 *
 * @module
 */

import type { Seconds } from '../../base/clock.ts';
import type { Machine } from '../../host/machine.ts';
import type { JobDescription } from '../description.ts';
import { memoryRequest } from '../memory-request.ts';
import { jobsBase } from '../shared/base.ts';
import { commandFault } from '../shared/fault.ts';
import { markOf, numberOf } from '../shared/handle.ts';
import { markedJobs } from '../shared/marked.ts';
import { type Place, place } from '../shared/place.ts';
import { renderRunner } from '../shared/script.ts';
import type { JobStatus, MarkedTarget, StagedJob } from '../target.ts';
import { loadOf } from './load.ts';
import { parseQueue, type SlurmJob } from './queue.ts';

export interface SlurmOptions {
  /** Where Slurm's commands are; its nodes have the directory of jobs at the same path. */
  readonly machine: Machine;
  /** Of jobs; default: below the user's home there. */
  readonly base?: string;
  readonly deadline: Seconds;
}

/** `NUMBER@MARK`: the number is Slurm's, the mark names the directory. */
export function slurmTarget({ machine, base, deadline }: SlurmOptions): MarkedTarget {
  const jobs = place(machine.files, jobsBase(machine, 'slurm', base), 'slurm');
  const run = async (argv: readonly string[]): Promise<string> =>
    (await machine.run(argv, { timeout: deadline }).catch((error) => Promise.reject(fault(error))))
      .stdout;
  const queue = async (): Promise<readonly SlurmJob[]> =>
    parseQueue(await run(['squeue', '--json']));
  return {
    kind: 'slurm',
    name: 'slurm',
    load: async () =>
      loadOf(
        await run(['sinfo', '--noheader', '--format=%C']),
        await run(['squeue', '--noheader', '--states=PENDING', '--format=%r', '--array']),
      ),
    submit: async (job) => {
      const script = await jobs.prepare(job, (directory) => slurmScript(job, directory));
      const said = await run(['sbatch', '--parsable', ...sbatchWords(job), script]);
      return `${said.trim().split(';')[0]}@${job.mark}`;
    },
    find: async (mark) => {
      if (!(await jobs.marks()).includes(mark)) return [];
      const listed = (await queue()).filter(({ comment }) => comment === mark).map(({ id }) => id);
      const claimed = await jobs.note(mark, 'claim');
      const ids = new Set([...listed, ...(claimed === undefined ? [] : [claimed])]);
      return [...ids].map((id) => `${id}@${mark}`);
    },
    all: () =>
      markedJobs(jobs, async () =>
        (await queue()).flatMap(({ id, comment, isOver }) =>
          isOver ? [] : [{ id, mark: comment }],
        ),
      ),
    resume: async () => undefined,
    status: async (ids) => {
      const listed = new Map(
        (ids.length === 0 ? [] : await queue()).map((job) => [job.id, job] as const),
      );
      const one = async (handle: string) =>
        [handle, await statusOf(jobs, handle, listed.get(numberOf(handle)))] as const;
      return new Map(await Promise.all(ids.map(one)));
    },
    kill: async (id) => {
      if ((await jobs.note(markOf(id), 'status')) !== undefined) return;
      await jobs.write(markOf(id), 'killed', 'by its user');
      await run(['scancel', numberOf(id)]);
    },
    list: (id, directory) => jobs.list(markOf(id), directory),
    fetch: (id, name, to) => jobs.fetch(markOf(id), name, to),
    clean: async (id) => jobs.remove(markOf(id)),
    close: () => machine.close(),
  };
}

/** What Slurm gets to run. */
export function slurmScript(job: StagedJob, directory: string): string {
  return renderRunner(job, directory, '$SLURM_JOB_ID');
}

/** What a site would set in its run-time environment; nothing else of ours goes to the node. */
const EXPORTED =
  'HOME,PATH,TMPDIR,APPPOT_IMAGE,APPPOT_KERNEL,APPPOT_SLIRP,APPPOT_BASE,APPPOT_CONFINE';

function sbatchWords({ mark, name, description }: StagedJob): string[] {
  return [
    `--comment=${mark}`,
    `--job-name=${name}`,
    ...['--output=/dev/null', '--error=/dev/null', '--input=/dev/null', '--ntasks=1'],
    `--export=${EXPORTED}`,
    ...resourceWords(description),
  ];
}

const MIB = 2 ** 20;

function resourceWords({ resources, queue, notify }: JobDescription): string[] {
  const { count, wallTime } = resources;
  return [
    `--cpus-per-task=${count}`,
    `--mem=${Math.ceil(memoryRequest(resources) / MIB)}M`,
    ...(wallTime === undefined ? [] : [`--time=0:${Math.ceil(wallTime)}`]),
    ...(queue === undefined ? [] : [`--partition=${queue}`]),
    ...(notify === undefined ? [] : [`--mail-user=${notify}`, '--mail-type=BEGIN,END,FAIL']),
  ];
}

async function statusOf(
  jobs: Place,
  handle: string,
  listed: SlurmJob | undefined,
): Promise<JobStatus> {
  const mark = markOf(handle);
  const isThere = (await jobs.marks()).includes(mark);
  if (listed?.isOver === false)
    return { state: listed.state, own: listed.own, queue: listed.queue };
  if (!isThere) return { state: 'gone' };
  const own = listed === undefined ? {} : { own: listed.own, queue: listed.queue };
  const status = await jobs.note(mark, 'status');
  if (status === '0') return { state: 'finished', ...own, exitStatus: 0 };
  if ((await jobs.note(mark, 'killed')) !== undefined) return { state: 'killed', ...own };
  if (status !== undefined) return { state: 'failed', ...own, exitStatus: Number(status) };
  return { ...withoutStatus(listed), ...own };
}

/** What Slurm says counts where the script could not leave its status, or it cannot be seen yet. */
function withoutStatus(listed: SlurmJob | undefined): JobStatus {
  if (listed === undefined) {
    return { state: 'failed', reason: 'Slurm does not know it any more, and it left no status' };
  }
  const { state, reason } = listed;
  return state === 'finished' ? { state, exitStatus: 0 } : { state, reason };
}

function fault(error: unknown): unknown {
  return commandFault('Slurm', error, REFUSAL);
}

/** Not when its controller cannot be asked: a job may have been submitted before an answer is lost. */
const REFUSAL =
  /error: (?:invalid|Batch job submission failed: (?!.*(?:unable to contact|timed out|zero bytes|connection)))/i;
