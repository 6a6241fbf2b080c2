/**
 * Jobs in a directory that their workers see: `MARK/job` is the job directory, `MARK/run` runs it,
 * `MARK/status` is its exit status, once it has one.
 *
 * @module
 */

import { constants } from 'node:fs';
import { cp, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../base/errors.ts';
import { writeAtomically } from '../../host/atomic.ts';
import { temporaryName } from '../../host/temporary-name.ts';
import { outputMissing, writeAll } from '../output.ts';
import type { StagedJob, TargetFile } from '../target.ts';

export interface Place {
  /** Of the job with this mark. */
  directory(mark: string): string;
  /** Copies the sandbox, and writes the script. Again does no harm. */
  prepare(job: StagedJob, runner: string): Promise<void>;
  marks(): Promise<readonly string[]>;
  /** One line of a file beside the job directory; undefined when it is not there. */
  note(mark: string, name: string): Promise<string | undefined>;
  write(mark: string, name: string, text: string): Promise<void>;
  list(mark: string, directory: string): Promise<readonly TargetFile[]>;
  fetch(mark: string, name: string, to: string): Promise<void>;
  remove(mark: string): Promise<void>;
}

export function place(base: string, target: string): Place {
  const directory = (mark: string): string => join(base, mark);
  return {
    directory,
    prepare: async (job, runner) => {
      await mkdir(base, { recursive: true, mode: 0o700 });
      if (await exists(directory(job.mark))) return;
      const fresh = join(base, temporaryName('job'));
      await cp(job.sandbox, join(fresh, 'job'), COPY);
      await writeFile(join(fresh, 'run'), runner, { mode: 0o700 });
      await rename(fresh, directory(job.mark)).catch(ignoreTaken);
      await rm(fresh, { recursive: true, force: true });
    },
    marks: async () =>
      (await entries(base)).map(({ name }) => name).filter((name) => !name.startsWith('.')),
    note: async (mark, name) => {
      const text = await readFile(join(directory(mark), name), 'utf8').catch(undefinedIfMissing);
      return text?.endsWith('\n') === true ? text.trim() : undefined;
    },
    write: (mark, name, text) =>
      writeAtomically(join(directory(mark), name), (file) => file.writeFile(`${text}\n`)),
    list: async (mark, inside) =>
      (await entries(join(directory(mark), 'job', inside))).map((entry) => ({
        name: [...inside.split('/'), entry.name].filter(Boolean).join('/'),
        isDirectory: entry.isDirectory(),
      })),
    fetch: async (mark, name, to) => {
      const path = join(directory(mark), 'job', name);
      const source = await open(path).catch(undefinedIfMissing);
      if (source === undefined) throw outputMissing(name, target);
      await writeAtomically(to, (file) => writeAll(file, source.createReadStream()));
    },
    remove: async (mark) => {
      const grave = join(base, temporaryName('job'));
      await rename(directory(mark), grave).catch(undefinedIfMissing);
      await rm(grave, { recursive: true, force: true });
    },
  };
}

/** Links of the sandbox stand for what they point to; blocks are shared where the filesystem can. */
const COPY = { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE } as const;

async function entries(path: string) {
  return (await readdir(path, { withFileTypes: true }).catch(undefinedIfMissing)) ?? [];
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(undefinedIfMissing)) !== undefined;
}

function undefinedIfMissing(error: unknown): undefined {
  if (!['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) throw error;
}

/** Another process was faster. */
function ignoreTaken(error: unknown): void {
  if (!['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) throw error;
}
