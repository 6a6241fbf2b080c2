/**
 * Jobs in a directory that their workers see: `MARK/job` is the job directory, `MARK/run` runs it,
 * `MARK/status` is its exit status, once it has one.
 *
 * @module
 */

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { writeAtomically } from '../../host/atomic.ts';
import type { Files } from '../../host/files.ts';
import { outputMissing, writeAll } from '../output.ts';
import type { StagedJob, TargetFile } from '../target.ts';

export interface Place {
  /** Of the job with this mark. */
  directory(mark: string): Promise<string>;
  /**
   * Copies the sandbox, and writes the script. Again does no harm.
   *
   * @returns the path of the script.
   */
  prepare(job: StagedJob, runner: (directory: string) => string): Promise<string>;
  marks(): Promise<readonly string[]>;
  /** One line of a file beside the job directory; undefined when it is not there. */
  note(mark: string, name: string): Promise<string | undefined>;
  write(mark: string, name: string, text: string): Promise<void>;
  list(mark: string, directory: string): Promise<readonly TargetFile[]>;
  fetch(mark: string, name: string, to: string): Promise<void>;
  remove(mark: string): Promise<void>;
}

/** @param base Gives the directory of all jobs: an absolute path. */
export function place(files: Files, base: () => Promise<string>, target: string): Place {
  const directory = async (mark: string): Promise<string> => join(await base(), mark);
  const fresh = async (): Promise<string> =>
    join(await base(), `.${randomBytes(8).toString('hex')}.tmp`);
  return {
    directory,
    prepare: async (job, runner) => {
      const whole = await directory(job.mark);
      const script = join(whole, 'run');
      if ((await files.list(whole)) !== undefined) return script;
      const part = await fresh();
      await files.makeDirectory(part);
      await files.copyIn(job.sandbox, join(part, 'job'));
      await files.writeText(join(part, 'run'), runner(whole), 0o700);
      if (job.label !== undefined)
        await files.writeText(join(part, 'label'), `${job.label}\n`, 0o600);
      // Another process may be faster.
      if (!(await files.move(part, whole))) await files.remove(part);
      return script;
    },
    marks: async () =>
      ((await files.list(await base())) ?? [])
        .map(({ name }) => name)
        .filter((name) => !name.startsWith('.')),
    note: async (mark, name) => {
      const text = await files.readText(join(await directory(mark), name));
      return text?.endsWith('\n') === true ? text.trim() : undefined;
    },
    write: async (mark, name, text) =>
      files.writeText(join(await directory(mark), name), `${text}\n`, 0o600),
    list: async (mark, inside) =>
      ((await files.list(join(await directory(mark), 'job', inside))) ?? []).map((entry) => ({
        name: [...inside.split('/'), entry.name].filter(Boolean).join('/'),
        isDirectory: entry.isDirectory,
      })),
    fetch: async (mark, name, to) => {
      const body = await files.read(join(await directory(mark), 'job', name));
      if (body === undefined) throw outputMissing(name, target);
      await writeAtomically(to, (file) => writeAll(file, body));
    },
    remove: async (mark) => {
      const grave = await fresh();
      if (await files.move(await directory(mark), grave)) await files.remove(grave);
    },
  };
}
