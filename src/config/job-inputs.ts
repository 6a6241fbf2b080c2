/**
 * Inputs of a job as people name them: a file, a pattern, a directory, an address.
 *
 * @module
 */

import { constants } from 'node:fs';
import { access, readdir, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, posix, relative, resolve } from 'node:path';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import type { JobFileInput, JobPlace } from './job.ts';
import { isJobName, JOB_NAME } from './job-names.ts';

export interface InputWish {
  readonly from: string;
  /** Its name in the job directory; with a slash at its end the directory it goes to. */
  readonly as?: string | undefined;
  /** Default: what the file itself says. */
  readonly isExecutable?: boolean | undefined;
}

/** @returns What is wrong with the wish, or the files: sorted, at least one. */
export async function findInputs(
  wish: InputWish,
  place: JobPlace,
): Promise<string | readonly JobFileInput[]> {
  if (isUrl(wish.from)) return oneUrl(wish);
  const path = absolute(wish.from, place);
  try {
    const kind = await kindOf(path);
    const found = kind === undefined ? await matches(wish, place) : await below(path, kind, wish);
    const wrong = found.find(({ name }) => !isJobName(name));
    if (wrong !== undefined) return `${JSON.stringify(wrong.name)} is not ${JOB_NAME}`;
    return found.length > 0 ? found : 'no such file or directory, and nothing that matches';
  } catch (error) {
    if (error instanceof Unfit) return error.message;
    throw error;
  }
}

/** A path as a job file or the command line has it. */
export function absolute(path: string, { directory, home }: JobPlace): string {
  return path.startsWith('~/') ? join(home, path.slice(2)) : resolve(directory, path);
}

/** What is wrong with it, known no further than in this file. */
class Unfit extends Error {}

type Kind = 'file' | 'directory';

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

function oneUrl({ from, as, isExecutable }: InputWish): string | readonly JobFileInput[] {
  if (!URL.canParse(from)) return 'expected a complete address such as https://HOST/FILE';
  const last = decoded(new URL(from).pathname.split('/').at(-1) ?? '');
  const name = as === undefined ? last : as.endsWith('/') ? `${as}${last}` : as;
  if (name === '' || name.endsWith('/')) return 'the address names no file: say "as", too';
  if (!isJobName(name)) return `${JSON.stringify(name)} is not ${JOB_NAME}`;
  const source = { kind: 'url', url: from } as const;
  return [isExecutable === true ? { name, source, isExecutable } : { name, source }];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function kindOf(path: string): Promise<Kind | undefined> {
  try {
    const found = await stat(path);
    if (found.isFile()) return 'file';
    if (found.isDirectory()) return 'directory';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENAMETOOLONG') return undefined;
    throw new Unfit(`"${path}" may not be read (${explain(error)})`);
  }
  throw new Unfit(`"${path}" is neither a file nor a directory`);
}

/** The file itself, or all files of the directory. */
async function below(path: string, kind: Kind, wish: InputWish): Promise<JobFileInput[]> {
  const { as } = wish;
  const kept = keptName(wish.from);
  if (kind === 'file') {
    const name = as === undefined ? kept : as.endsWith('/') ? `${as}${basename(path)}` : as;
    return [await oneFile(name, path, wish)];
  }
  const files = await filesBelow(path, []);
  if (files.length === 0)
    throw new Unfit('the directory holds no file, and an empty one cannot travel');
  const top = as === undefined ? kept : as;
  return Promise.all(
    files.map((file) => oneFile(posix.join(top, relative(path, file)), file, wish)),
  );
}

async function matches(wish: InputWish, { directory }: JobPlace): Promise<JobFileInput[]> {
  const { from, as } = wish;
  const { default: glob } = await import('fast-glob');
  if (!glob.isDynamicPattern(from)) return [];
  const found = await glob(from, { cwd: directory, absolute: true, onlyFiles: true });
  const base = resolve(directory, glob.generateTasks(from)[0]?.base ?? '.');
  if (as !== undefined && !as.endsWith('/')) {
    throw new Unfit('expected a slash at the end of "as": a pattern can match many files');
  }
  const start = as === undefined && isInside(from) ? directory : base;
  return Promise.all(
    found.toSorted().map((path) => oneFile(`${as ?? ''}${relative(start, path)}`, path, wish)),
  );
}

async function oneFile(name: string, path: string, wish: InputWish): Promise<JobFileInput> {
  if (!(await may(path, constants.R_OK))) throw new Unfit(`"${path}" may not be read`);
  const source = { kind: 'file', path } as const;
  const { mode } = await stat(path);
  const isExecutable = wish.isExecutable ?? (mode & 0o111) !== 0;
  return isExecutable ? { name, source, isExecutable } : { name, source };
}

function may(path: string, mode: number): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** @param above Real paths of the directories around it: a link to one of them has no end. */
async function filesBelow(directory: string, above: readonly string[]): Promise<string[]> {
  const real = await realpath(directory);
  if (above.includes(real)) throw new Unfit(`"${directory}" links to a directory that it is in`);
  const names = (await readdir(directory)).toSorted();
  const lists = await Promise.all(
    names.map(async (name) => {
      const path = join(directory, name);
      const kind = await kindOf(path);
      if (kind === undefined) throw new Unfit(`"${path}" is a link that leads nowhere`);
      return kind === 'file' ? [path] : filesBelow(path, [...above, real]);
    }),
  );
  return lists.flat();
}

/** A path inside the file's directory stays as it is; of any other the last part is kept. */
function keptName(from: string): string {
  return isInside(from) ? posix.normalize(`${from}/`).replace(/\/$/, '') : basename(from);
}

function isInside(from: string): boolean {
  return !isAbsolute(from) && !from.startsWith('~/') && !posix.normalize(from).startsWith('..');
}
