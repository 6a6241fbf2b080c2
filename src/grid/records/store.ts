/**
 * The directory of job records: a directory for each job, with `job.json`, the `sandbox` that travels, and for
 * each submission `1.attempt.json`, `1.handle.json` and `1.end.json`.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../../base/clock.ts';
import { errnoOf } from '../../base/errors.ts';
import { isAbandoned, isTemporaryOf, temporaryName } from '../../host/temporary-name.ts';
import type { JobDescription } from '../description.ts';
import { GridError } from '../errors.ts';
import type { JobStatus, StagedJob } from '../target.ts';
import { readFact, writeFact } from './fact.ts';
import type { Attempt, AttemptBegin, JobHead, JobRecord, TargetSpec } from './record.ts';

export interface JobStore {
  /**
   * Makes a record that appears whole.
   *
   * @param stage Fills the sandbox. @returns the wrapper's name in it.
   */
  create(
    description: JobDescription,
    stage: (sandbox: string) => Promise<string>,
  ): Promise<JobRecord>;
  /** Oldest first. */
  all(): Promise<readonly JobRecord[]>;
  /**
   * @param id Or the beginning of one.
   * @throws {GridError} `JOB_MISSING`
   */
  get(id: string): Promise<JobRecord>;
  /** Says what is going to be tried, before it is. Undefined: another process was faster. */
  begin(record: JobRecord, target: TargetSpec): Promise<Attempt | undefined>;
  handedOver(record: JobRecord, attempt: Attempt, handle: string): Promise<void>;
  ended(record: JobRecord, attempt: Attempt, end: JobStatus): Promise<void>;
  remove(record: JobRecord): Promise<void>;
}

const NEW = 'new';

/** @param now For records. */
export function jobStore(directory: string, now: () => Instant): JobStore {
  return {
    create: async (description, stage) => {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await sweep(directory);
      const fresh = join(directory, temporaryName(NEW));
      await mkdir(join(fresh, 'sandbox'), { recursive: true, mode: 0o700 });
      try {
        const wrapper = await stage(join(fresh, 'sandbox'));
        const head: JobHead = {
          format: 'apppot-job-record-1',
          created: now(),
          description,
          wrapper,
        };
        await writeFact(join(fresh, 'job.json'), head);
        return await readRecord(directory, await settle(directory, fresh));
      } catch (error) {
        await rm(fresh, { recursive: true, force: true });
        throw error;
      }
    },
    all: async () => {
      const records = await Promise.all(
        (await names(directory)).map((id) => tryRecord(directory, id)),
      );
      return records
        .filter((record) => record !== undefined)
        .toSorted((one, other) => one.created - other.created || (one.id < other.id ? -1 : 1));
    },
    get: async (id) => {
      const found = (await names(directory)).filter((name) => name.startsWith(id) && id !== '');
      const [only] = found.includes(id) ? [id] : found;
      const record = only === undefined ? undefined : await tryRecord(directory, only);
      if (record === undefined || (found.length > 1 && only !== id))
        throw missing(id, found.length);
      return record;
    },
    begin: async (record, target) => {
      const number = record.attempts.length + 1;
      const begin: AttemptBegin = {
        mark: `apppot-${record.id}-${number}-${randomBytes(6).toString('hex')}`,
        target,
        began: now(),
        by: temporaryName(NEW),
      };
      const isOurs = await writeFact(partOf(record, number, 'attempt'), begin);
      return isOurs ? { ...begin, number } : undefined;
    },
    handedOver: async (record, { number }, handle) => {
      await writeFact(partOf(record, number, 'handle'), { handle });
    },
    ended: async (record, { number }, end) => {
      await writeFact(partOf(record, number, 'end'), end);
    },
    remove: async (record) => {
      const grave = join(directory, temporaryName(NEW));
      await rename(record.directory, grave).catch(ignoreMissing);
      await rm(grave, { recursive: true, force: true });
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

function partOf({ directory }: JobRecord, number: number, part: string): string {
  return join(directory, `${number}.${part}.json`);
}

async function names(directory: string): Promise<readonly string[]> {
  const found = await readdir(directory).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  return found.filter((name) => !name.startsWith('.'));
}

/** Undefined when another process removed it meanwhile. */
async function tryRecord(directory: string, id: string): Promise<JobRecord | undefined> {
  const path = join(directory, id);
  const head = await readFact<JobHead>(join(path, 'job.json'));
  if (head === undefined) return undefined;
  const { created, description, wrapper } = head;
  return { id, created, directory: path, description, wrapper, attempts: await attempts(path) };
}

async function readRecord(directory: string, id: string): Promise<JobRecord> {
  return (await tryRecord(directory, id)) ?? Promise.reject(missing(id, 0));
}

async function attempts(path: string): Promise<readonly Attempt[]> {
  const found: Attempt[] = [];
  for (let number = 1; ; number += 1) {
    const part = <T>(name: string): Promise<T | undefined> =>
      readFact<T>(join(path, `${number}.${name}.json`));
    const begin = await part<AttemptBegin>('attempt');
    if (begin === undefined) return found;
    const handle = await part<{ readonly handle: string }>('handle');
    const end = await part<JobStatus>('end');
    found.push({ ...begin, number, ...handle, ...(end && { end }) });
  }
}

/** Gives a finished directory its short name. */
async function settle(directory: string, fresh: string): Promise<string> {
  for (;;) {
    const id = shortName();
    try {
      await rename(fresh, join(directory, id));
      return id;
    } catch (error) {
      if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
    }
  }
}

/** Letters that cannot be taken for one another. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

function shortName(): string {
  return [...randomBytes(6)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** What killed processes left. */
async function sweep(directory: string): Promise<void> {
  const left = (await readdir(directory)).filter(
    (name) => isTemporaryOf(NEW, name) && isAbandoned(name),
  );
  await Promise.all(
    left.map((name) => rm(join(directory, name), { recursive: true, force: true })),
  );
}

function ignoreMissing(error: unknown): void {
  if (errnoOf(error) !== 'ENOENT') throw error;
}

function missing(id: string, count: number): GridError {
  const reason = count > 1 ? `${count} jobs begin so` : 'no job has this name';
  return new GridError(`Cannot find the job "${id}": ${reason}`, {
    kind: count > 1 ? 'usage' : 'missing',
    code: 'JOB_MISSING',
    hint: 'List the jobs with "apppot jobs".',
  });
}
