import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../base/errors.ts';
import type { JobStatus } from '../target.ts';
import { readFact } from './fact.ts';
import type { Attempt, AttemptBegin, JobHead, JobRecord } from './record.ts';

/** Names in the directory of records: ids of jobs and of sweeps. */
export async function idsIn(directory: string): Promise<readonly string[]> {
  const found = await readdir(directory).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  });
  return found.filter((name) => !name.startsWith('.'));
}

/** The records of one name: of a job, or of all jobs of a sweep by their numbers; none when it is gone. */
export async function readRecords(directory: string, id: string): Promise<readonly JobRecord[]> {
  const job = await readRecord(directory, id);
  return job === undefined ? readTasks(directory, id) : [job];
}

async function readTasks(directory: string, sweep: string): Promise<readonly JobRecord[]> {
  const numbers = (await idsIn(join(directory, sweep))).filter((name) => /^\d+$/.test(name));
  const records = await Promise.all(
    numbers.map((number) => readRecord(directory, `${sweep}.${number}`)),
  );
  return records.filter((record) => record !== undefined).toSorted(byNumber);
}

function byNumber(one: JobRecord, other: JobRecord): number {
  return (one.sweep?.number ?? 0) - (other.sweep?.number ?? 0);
}

/** @returns undefined when it is not there, or another process just removed it. */
export async function readRecord(directory: string, id: string): Promise<JobRecord | undefined> {
  const path = directoryOf(directory, id);
  const head = await readFact<JobHead>(join(path, 'job.json'));
  if (head === undefined) return undefined;
  const { format: _, ...rest } = head;
  return { id, directory: path, ...rest, attempts: await readAttempts(path) };
}

/** `SWEEP.NUMBER` lies within the directory of its sweep. */
function directoryOf(directory: string, id: string): string {
  return join(directory, ...id.split('.', 2));
}

async function readAttempts(path: string): Promise<readonly Attempt[]> {
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
