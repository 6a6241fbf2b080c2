import { join } from 'node:path';
import pLimit from 'p-limit';
import { GridError } from '../grid/errors.ts';
import { type Fetched, fetchOutputs } from '../grid/fetch.ts';
import { isOver } from '../grid/look.ts';
import type { JobRecord } from '../grid/records/record.ts';
import type { Deps } from './deps.ts';
import type { GridDesk } from './grid-desk.ts';
import { type Held, held, heldOnes, unfinished } from './job-held.ts';
import { lookOnce } from './job-wait.ts';
import { sweepOf } from './sweep.ts';
import { sweepProgress } from './sweep-progress.ts';

const AT_ONCE = 8;

/** @throws {GridError} `OUTPUT_MISSING` when all else was fetched. */
export async function fetchJob(
  record: JobRecord,
  deps: Deps,
  desk: GridDesk,
  output: string | undefined,
): Promise<void> {
  const job = held(await lookOnce(record, desk), desk);
  if (!isOver(job.status)) throw unfinished(record.id, job.status.state);
  const to = output ?? usualDirectory(record, record.id);
  const { files, missing } = await fetchOne(job, to);
  deps.output().result({ directory: to, files, missing }, to);
  if (missing.length > 0) throw outputsMissing(record.id, missing);
}

/** Into a directory for each job of a sweep, named by its number. What runs still is left out. */
export async function fetchAll(
  records: readonly JobRecord[],
  deps: Deps,
  desk: GridDesk,
  output: string | undefined,
): Promise<void> {
  const [first] = records;
  const id = sweepOf(records);
  const to = output ?? (first === undefined ? id : usualDirectory(first, id));
  const jobs = heldOnes(await desk.look(records), desk).filter(({ status }) => isOver(status));
  const missing = await fetchEach(jobs, to, deps);
  deps.output().result({ directory: to, jobs: jobs.length, missing }, to);
  const open = records.length - jobs.length;
  if (open > 0) throw notAll(id, `${open} jobs have not ended, or never began`, id);
  if (missing.length > 0) {
    throw notAll(
      id,
      missing.map(({ id, names }) => `${id} left no ${quoted(names)}`).join('; '),
      id,
    );
  }
}

interface Missing {
  readonly id: string;
  readonly names: readonly string[];
}

async function fetchEach(
  jobs: readonly Held[],
  to: string,
  deps: Deps,
): Promise<readonly Missing[]> {
  const progress = sweepProgress(deps);
  const limit = pLimit(AT_ONCE);
  let done = 0;
  try {
    const found = await limit.map(jobs, async (job): Promise<Missing> => {
      const { missing } = await fetchOne(job, join(to, String(job.record.sweep?.number)));
      progress.fetched(++done, jobs.length);
      return { id: job.record.id, names: missing };
    });
    return found.filter(({ names }) => names.length > 0);
  } finally {
    progress.erase();
  }
}

function fetchOne({ target, handle, record }: Held, to: string): Promise<Fetched> {
  return fetchOutputs(target, handle, record.description, to);
}

function usualDirectory({ description }: JobRecord, id: string): string {
  return `${description.name.replaceAll(/[^\w.-]+/g, '_')}-${id}`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}

function outputsMissing(id: string, names: readonly string[]): GridError {
  return new GridError(`Cannot fetch all of the job "${id}": it left no ${quoted(names)}`, {
    kind: 'partial',
    code: 'OUTPUT_MISSING',
    hint: `See "apppot job cat ${id} --stderr".`,
  });
}

function notAll(id: string, reason: string, show: string): GridError {
  return new GridError(`Cannot fetch all of the sweep "${id}": ${reason}`, {
    kind: 'partial',
    code: 'OUTPUT_MISSING',
    hint: `See "apppot job show ${show}".`,
  });
}
