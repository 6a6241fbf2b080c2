import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { explain } from '../base/errno.ts';
import { ConfigError } from './errors.ts';
import type { JobLayer, JobPlace } from './job.ts';

/** What comes between the words of a job file and what they mean: the parameters of a sweep are put in. */
export type FillIn = <T>(data: T) => T;

/**
 * Reads a job file and looks for the files it names, from the directory that it is in.
 *
 * @throws {ConfigError} `FILE_UNREADABLE`, `FILE_MALFORMED`
 */
export async function loadJobFile(
  path: string,
  { directory, home }: JobPlace,
  fillIn: FillIn = (data) => data,
): Promise<JobLayer> {
  const whole = resolve(directory, path);
  const [text, { readTextDocument }, { jobSchema }] = await Promise.all([
    readJob(whole, path),
    import('./document.ts'),
    import('./job-schema.ts'),
  ]);
  return readTextDocument(text, path, jobSchema({ directory: dirname(whole), home }), fillIn);
}

/** Values as a job file has them, each a text; a list where an option can be repeated. */
export type JobOptions = Readonly<Record<string, unknown>>;

/**
 * The same from the command line.
 *
 * @param values By the names that a job file has. `undefined` is as good as missing.
 * @throws {ConfigError} `OPTION_MALFORMED`
 */
export async function readJobOptions(values: JobOptions, place: JobPlace): Promise<JobLayer> {
  const [{ readOptions }, { jobSchema }] = await Promise.all([
    import('./document.ts'),
    import('./job-schema.ts'),
  ]);
  return readOptions(values, jobSchema(place));
}

async function readJob(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ConfigError(`Cannot read the job file "${name}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'FILE_UNREADABLE',
      cause,
    });
  }
}
