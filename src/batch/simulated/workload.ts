import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Seconds } from '../../base/clock.ts';
import { BatchError } from '../batch.ts';

/** A job of a log: when it came, and what it took. */
export interface Task {
  readonly id: string;
  /** Seconds after the first of the log. */
  readonly at: Seconds;
  readonly duration: Seconds;
  readonly slots: number;
  readonly wallTime?: Seconds;
  readonly user?: string;
}

/**
 * Reads a log of jobs: CSV with a header that names `JOBID`, `SUBMITTED_AT` and `RUN_DURATION`, as VM-MAD has it, or the
 * Standard Workload Format (SWF 2.2); also compressed by gzip. Jobs that never ran are left out.
 *
 * @returns in the order they came in.
 * @throws {BatchError} `LISTING_MALFORMED`
 */
export async function readWorkload(path: string): Promise<readonly Task[]> {
  const bytes = await readFile(path).catch((cause) => {
    throw unreadable(path, cause instanceof Error ? cause.message : String(cause));
  });
  const text = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return parseWorkload(text, path);
}

export function parseWorkload(text: string, path: string): readonly Task[] {
  const lines = text.split(/\r?\n/);
  const isCsv = /^"?JOBID"?,/.test(lines[0] ?? '');
  const tasks = isCsv ? parseCsv(lines, path) : parseSwf(lines, path);
  const first = tasks.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
  return tasks
    .filter(({ duration }) => duration > 0)
    .map((task) => ({ ...task, at: task.at - first }))
    .sort((a, b) => a.at - b.at);
}

function parseCsv([header = '', ...lines]: readonly string[], path: string): readonly Task[] {
  const names = header.split(',').map((name) => name.replaceAll('"', ''));
  const columns = ['JOBID', 'SUBMITTED_AT', 'RUN_DURATION'].map((name) => names.indexOf(name));
  if (columns.includes(-1)) {
    throw unreadable(path, 'its header lacks one of JOBID, SUBMITTED_AT and RUN_DURATION');
  }
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const fields = line.split(',');
    const [id = '', at, duration] = columns.map((column) => fields[column]);
    return [{ id, slots: 1, ...numbers({ at, duration }, index + 2, path) }];
  });
}

/** Fields of SWF, by number: 1 job, 2 submit, 4 run time, 5 processors used, 8 requested, 9 requested time, 12 user. */
function parseSwf(lines: readonly string[], path: string): readonly Task[] {
  return lines.flatMap((line, index) => {
    if (line.trim() === '' || line.startsWith(';')) return [];
    const fields = line.trim().split(/\s+/);
    const [id = '', at, , duration, used, , , requested, time, , , user] = fields;
    const slots = [used, requested].map(Number).find((count) => count > 0) ?? 1;
    return [
      {
        ...{ id, slots },
        ...numbers({ at, duration }, index + 1, path),
        ...(Number(time) > 0 && { wallTime: Number(time) }),
        ...(Number(user) >= 0 && { user: `user${user}` }),
      },
    ];
  });
}

function numbers(
  fields: { readonly at: string | undefined; readonly duration: string | undefined },
  line: number,
  path: string,
): { readonly at: number; readonly duration: number } {
  const [at, duration] = [Number(fields.at), Number(fields.duration)];
  if (Number.isFinite(at) && Number.isFinite(duration)) return { at, duration };
  const found = JSON.stringify([fields.at, fields.duration]);
  throw unreadable(path, `line ${line}: expected times in seconds, found ${found}`);
}

function unreadable(path: string, reason: string): BatchError {
  return new BatchError(`Cannot read the workload "${path}": ${reason}`, {
    kind: 'usage',
    code: 'LISTING_MALFORMED',
  });
}
