/**
 * The directory of job records: a directory for each job, with `job.json`, the `sandbox` that travels, and for
 * each submission `1.attempt.json`, `1.handle.json` and `1.end.json`. That of a sweep holds `sweep.json`
 * and such a directory for each of its jobs, named by its number.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../base/clock.ts';
import { errnoOf } from '../../base/errors.ts';
import { isAbandoned, isTemporaryOf, temporaryName } from '../../host/temporary-name.ts';
import type { JobDescription } from '../description.ts';
import { GridError } from '../errors.ts';
import type { JobStatus, StagedJob } from '../target.ts';
import { writeFact } from './fact.ts';
import { idsIn, readRecord, readRecords } from './read.ts';
import type {
  Attempt,
  AttemptBegin,
  JobHead,
  JobRecord,
  SweepHead,
  SweepPart,
  TargetSpec,
} from './record.ts';

/** What a record is made of. */
export interface NewJob {
  readonly description: JobDescription;
  /** Where it may go. */
  readonly targets: readonly TargetSpec[];
  /** Fills the sandbox. @returns the wrapper's name in it. */
  readonly stage: (sandbox: string) => Promise<string>;
}

/** One of the jobs of a new sweep. */
export interface NewTask extends NewJob, Pick<SweepPart, 'number' | 'value'> {}

export interface JobStore {
  /** Makes a record that appears whole. */
  create(job: NewJob): Promise<JobRecord>;
  /** Makes the records of a sweep, which appear all at once. At least one. */
  createSweep(tasks: readonly NewTask[]): Promise<readonly JobRecord[]>;
  /** Oldest first; jobs of a sweep by their numbers. */
  all(): Promise<readonly JobRecord[]>;
  /**
   * One job, or all of a sweep.
   *
   * @param id Or the beginning of one.
   * @throws {GridError} `JOB_MISSING`
   */
  find(id: string): Promise<readonly JobRecord[]>;
  /** The same as it is now. @throws {GridError} `JOB_MISSING` */
  again(record: JobRecord): Promise<JobRecord>;
  /** Says what is going to be tried, before it is. Undefined: another process was faster. */
  begin(record: JobRecord, target: TargetSpec): Promise<Attempt | undefined>;
  handedOver(record: JobRecord, attempt: Attempt, handle: string): Promise<void>;
  /** @param isLasting See `writeFact`. */
  ended(record: JobRecord, attempt: Attempt, end: JobStatus, isLasting?: boolean): Promise<void>;
  remove(record: JobRecord): Promise<void>;
  /** Says while work goes on that this process hands over a sweep. */
  whileHandingOver<T>(sweep: string, work: () => Promise<T>): Promise<T>;
  /** Whether a process does, this one or another. */
  isHandedOver(sweep: string): Promise<boolean>;
}

const NEW = 'new';
const SUBMITTER = 'submitter';

/** @param now For records. */
export function jobStore(directory: string, now: () => Instant): JobStore {
  const record = async (fresh: string, job: NewJob, sweep?: SweepPart): Promise<void> => {
    const { description, targets, stage } = job;
    await mkdir(join(fresh, 'sandbox'), { recursive: true, mode: 0o700 });
    const wrapper = await stage(join(fresh, 'sandbox'));
    const head: JobHead = {
      ...{ format: 'apppot-job-record-1', created: now(), description, wrapper, targets },
      ...(sweep && { sweep }),
    };
    await writeFact(join(fresh, 'job.json'), head);
  };
  return {
    create: (job) =>
      appear(directory, async (fresh) => record(fresh, job)).then(async (id) =>
        whole(await readRecord(directory, id), id),
      ),
    createSweep: async (tasks) => {
      const sweep = await appear(directory, async (fresh, id) => {
        const head: SweepHead = { format: 'apppot-sweep-record-1', created: now() };
        await mkdir(fresh, { mode: 0o700 });
        await writeFact(join(fresh, 'sweep.json'), head);
        for (const task of tasks) {
          const { number, value } = task;
          const part = { id, number, count: tasks.length, value };
          await record(join(fresh, String(number)), task, part);
        }
      });
      return readRecords(directory, sweep);
    },
    all: async () => {
      const groups = await Promise.all(
        (await idsIn(directory)).map((id) => readRecords(directory, id)),
      );
      return groups
        .filter((group) => group.length > 0)
        .toSorted(([one], [other]) => byAge(one as JobRecord, other as JobRecord))
        .flat();
    },
    find: async (id) => {
      const all = await idsIn(directory);
      const [top = '', number] = id.split('.');
      const found = all.filter((name) => name.startsWith(top) && top !== '');
      const name = found.includes(top) ? top : found[0];
      if (name === undefined || (found.length > 1 && name !== top)) throw missing(id, found.length);
      const records = await readRecords(directory, name);
      const asked =
        number === undefined
          ? records
          : records.filter(({ sweep }) => String(sweep?.number) === number);
      return asked.length > 0 ? asked : Promise.reject(missing(id, 0));
    },
    again: async ({ id }) => whole(await readRecord(directory, id), id),
    begin: async (job, target) => {
      const number = job.attempts.length + 1;
      const begin: AttemptBegin = {
        mark: `apppot-${job.id.replace('.', '-')}-${number}-${randomBytes(6).toString('hex')}`,
        target,
        began: now(),
        by: temporaryName(NEW),
      };
      const isOurs = await writeFact(partOf(job, number, 'attempt'), begin);
      return isOurs ? { ...begin, number } : undefined;
    },
    handedOver: async (job, { number }, handle) => {
      await writeFact(partOf(job, number, 'handle'), { handle });
    },
    ended: async (job, { number }, end, isLasting) => {
      await writeFact(partOf(job, number, 'end'), end, isLasting);
    },
    remove: async (job) => {
      await bury(directory, job.directory);
      if (job.sweep === undefined) return;
      const left = await readRecords(directory, job.sweep.id);
      if (left.length === 0) await bury(directory, join(directory, job.sweep.id));
    },
    whileHandingOver: async (sweep, work) => {
      const sign = join(directory, sweep, temporaryName(SUBMITTER));
      await writeFile(sign, '');
      try {
        return await work();
      } finally {
        await rm(sign, { force: true });
      }
    },
    isHandedOver: async (sweep) => {
      const names = await readdir(join(directory, sweep)).catch(noneIfMissing);
      return names.some((name) => isTemporaryOf(SUBMITTER, name) && !isAbandoned(name));
    },
  };
}

/** What a target gets of a record. */
export function stagedJob({ directory, description, wrapper }: JobRecord, mark: string): StagedJob {
  const sandbox = join(directory, 'sandbox');
  return { mark, name: description.name, sandbox, wrapper, description };
}

export function lastAttempt({ attempts }: JobRecord): Attempt | undefined {
  return attempts.at(-1);
}

function byAge(one: JobRecord, other: JobRecord): number {
  return one.created - other.created || (one.id < other.id ? -1 : 1);
}

function partOf({ directory }: JobRecord, number: number, part: string): string {
  return join(directory, `${number}.${part}.json`);
}

function whole(record: JobRecord | undefined, id: string): JobRecord {
  if (record === undefined) throw missing(id, 0);
  return record;
}

/** Makes a directory that appears whole. @returns its name, a short one. */
async function appear(
  directory: string,
  fill: (fresh: string, id: string) => Promise<void>,
): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await sweepUp(directory);
  const id = await freeName(directory);
  const fresh = join(directory, temporaryName(NEW));
  try {
    await fill(fresh, id);
    await rename(fresh, join(directory, id));
    return id;
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
}

/** Letters that cannot be taken for one another. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Nobody else makes the same one: a billion of them are there. */
async function freeName(directory: string): Promise<string> {
  const taken = await readdir(directory);
  for (;;) {
    const id = [...randomBytes(6)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
    if (!taken.includes(id)) return id;
  }
}

/** What killed processes left. */
async function sweepUp(directory: string): Promise<void> {
  const left = (await readdir(directory)).filter(
    (name) => isTemporaryOf(NEW, name) && isAbandoned(name),
  );
  await Promise.all(
    left.map((name) => rm(join(directory, name), { recursive: true, force: true })),
  );
}

async function bury(directory: string, path: string): Promise<void> {
  const grave = join(directory, temporaryName(NEW));
  await rename(path, grave).catch(noneIfMissing);
  await rm(grave, { recursive: true, force: true });
}

function noneIfMissing(error: unknown): never[] {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return [];
}

function missing(id: string, count: number): GridError {
  const reason = count > 1 ? `${count} jobs begin so` : 'no job has this name';
  return new GridError(`Cannot find the job "${id}": ${reason}`, {
    kind: count > 1 ? 'usage' : 'missing',
    code: 'JOB_MISSING',
    hint: 'List the jobs with "apppot jobs".',
  });
}
