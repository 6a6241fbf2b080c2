/**
 * What travels with a job: a plan of the files in its directory, then those files.
 *
 * @module
 */

import { chmod, copyFile, link, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { assignments } from '../launch/control.ts';
import { summarizeBundle } from '../snap/summary.ts';
import type { JobDescription, JobInput } from './description.ts';
import { SandboxError } from './sandbox-error.ts';
import type { StagedJob } from './target.ts';
import { type Reach, renderProbe, renderWrapper } from './wrapper.ts';

/** Names that the job's own files have; a user's input may have none of them. */
export const OWN_FILES = {
  wrapper: 'apppot-job.sh',
  command: 'apppot-job.command',
  environment: 'apppot-job.environment',
  changes: 'apppot-job.changes',
  kernel: 'apppot-job.kernel',
  image: 'apppot-job.image',
} as const;

const OWN_PREFIX = 'apppot-job.';

/** A file of the job directory, and where it comes from. */
export interface SandboxFile {
  readonly name: string;
  readonly source:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'text'; readonly text: string };
  readonly isExecutable?: true;
}

export interface RemoteFile {
  readonly name: string;
  readonly url: string;
  readonly isExecutable?: true;
}

export interface SandboxPlan {
  /** Which of the files is run, without arguments, in the job directory. */
  readonly wrapper: string;
  readonly files: readonly SandboxFile[];
  /** Inputs that the site or the target fetches. */
  readonly remote: readonly RemoteFile[];
}

/** @returns the digest of what a changes bundle was made on. @throws {SnapError} it is none, or not whole. */
export async function baseOfBundle(path: string): Promise<string> {
  return (await summarizeBundle(path)).head.base;
}

/**
 * @param baseOf Reads bundles; for many jobs with the same one it may remember.
 * @throws {SandboxError} `INPUT_RESERVED`
 * @throws {SnapError} when the changes bundle is none, or not whole.
 */
export async function planSandbox(
  description: JobDescription,
  baseOf = baseOfBundle,
): Promise<SandboxPlan> {
  const { inputs, changes } = description;
  for (const input of inputs) checkName(input);
  const base = changes === undefined ? '' : await baseOf(changes);
  return {
    wrapper: OWN_FILES.wrapper,
    files: [
      { ...text(OWN_FILES.wrapper, renderWrapper(description, base)), isExecutable: true },
      ...wordFiles(description),
      ...shipped(description),
      ...inputs.flatMap(local),
    ],
    remote: inputs.flatMap(({ name, source, isExecutable }) =>
      source.kind === 'url'
        ? [{ name, url: source.url, ...(isExecutable && { isExecutable }) }]
        : [],
    ),
  };
}

/**
 * A job of a few seconds instead of a real one: it prints what the worker has for guests, for
 * `doctor/site.ts` to read, and starts a guest that does nothing.
 */
export function planProbe(description: JobDescription, reach?: Reach): SandboxPlan {
  const job: JobDescription = { ...description, command: ['true'], environment: {} };
  return {
    wrapper: OWN_FILES.wrapper,
    files: [
      { ...text(OWN_FILES.wrapper, renderProbe(job, reach)), isExecutable: true },
      ...wordFiles(job),
      ...shipped({ ...job, changes: undefined }),
    ],
    remote: [],
  };
}

export interface Staging {
  readonly mark: string;
  readonly directory: string;
  /**
   * Where a file of the same content was put before, for jobs that are alike: they share it. It is added
   * to. All of them must be on one filesystem.
   */
  readonly shared?: Map<string, string>;
}

/**
 * Fills a directory with the files of a plan.
 *
 * @throws {SandboxError} `INPUT_UNREADABLE`
 */
export async function stageJob(
  description: JobDescription,
  plan: SandboxPlan,
  { mark, directory, shared = new Map() }: Staging,
): Promise<StagedJob> {
  for (const file of plan.files) await writeOne(directory, file, shared);
  return { mark, name: description.name, sandbox: directory, wrapper: plan.wrapper, description };
}

function wordFiles({ command, environment }: JobDescription): SandboxFile[] {
  return [
    text(OWN_FILES.command, words(command)),
    text(OWN_FILES.environment, words(assignments(environment))),
  ];
}

function text(name: string, content: string): SandboxFile {
  return { name, source: { kind: 'text', text: content } };
}

async function writeOne(
  directory: string,
  file: SandboxFile,
  shared: Map<string, string>,
): Promise<void> {
  const { name, source, isExecutable } = file;
  const path = join(directory, name);
  const mode = isExecutable ? 0o755 : 0o644;
  await mkdir(dirname(path), { recursive: true });
  const key = `${mode} ${source.kind} ${source.kind === 'text' ? source.text : source.path}`;
  if (await isLinked(shared.get(key), path)) return;
  if (source.kind === 'text') await writeFile(path, source.text);
  else await copyFile(source.path, path).catch((cause) => Promise.reject(lost(source.path, cause)));
  await chmod(path, mode);
  shared.set(key, path);
}

/** A filesystem may have no links, or not so many of one file. */
export async function isLinked(from: string | undefined, to: string): Promise<boolean> {
  if (from === undefined) return false;
  return link(from, to).then(
    () => true,
    () => false,
  );
}

function shipped({
  changes,
  kernel,
  image,
}: Pick<JobDescription, 'kernel' | 'image'> & {
  readonly changes?: string | undefined;
}): SandboxFile[] {
  const file = (name: string, path: string): SandboxFile => ({
    name,
    source: { kind: 'file', path },
  });
  return [
    ...(changes === undefined ? [] : [file(OWN_FILES.changes, changes)]),
    ...(kernel === undefined
      ? []
      : [{ ...file(OWN_FILES.kernel, kernel), isExecutable: true } as const]),
    ...(image.kind === 'ship' ? [file(OWN_FILES.image, image.path)] : []),
  ];
}

function local({ name, source, isExecutable }: JobInput): SandboxFile[] {
  return source.kind === 'file' ? [{ name, source, ...(isExecutable && { isExecutable }) }] : [];
}

/** Each word ended by NUL, the one byte that no word holds. */
function words(list: readonly string[]): string {
  return list.map((word) => `${word}\0`).join('');
}

function checkName({ name }: JobInput): void {
  if (!basename(name).startsWith(OWN_PREFIX) || name.includes('/')) return;
  throw new SandboxError(`Cannot give a job the input "${name}": its own files are named so`, {
    kind: 'usage',
    code: 'INPUT_RESERVED',
    hint: `Give it a name that does not begin with "${OWN_PREFIX}".`,
  });
}

function lost(path: string, cause: unknown): SandboxError {
  return new SandboxError(`Cannot read "${path}" for the job: ${explain(cause)}`, {
    kind: errnoOf(cause) === 'ENOENT' ? 'missing' : 'conflict',
    code: 'INPUT_UNREADABLE',
    cause,
  });
}
