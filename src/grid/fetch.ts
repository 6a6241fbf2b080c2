import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { JobDescription } from './description.ts';
import { GridError } from './errors.ts';
import type { Target } from './target.ts';

export interface Fetched {
  /** Names in the job directory. */
  readonly files: readonly string[];
  readonly missing: readonly string[];
}

/**
 * Copies all that a job was to leave into a directory, which is made; what is there already stays.
 *
 * @throws {GridError} `OUTPUT_EXISTS`
 */
export async function fetchOutputs(
  target: Target,
  handle: string,
  description: JobDescription,
  to: string,
): Promise<Fetched> {
  const files: string[] = [];
  const missing: string[] = [];
  for (const name of wantedOutputs(description)) {
    const found = name.endsWith('/') ? await walk(target, handle, name) : [name];
    if (found.length === 0) missing.push(name);
    for (const file of found) {
      const isThere = await fetchOne(target, handle, file, to);
      (isThere ? files : missing).push(file);
    }
  }
  return { files, missing };
}

/** Without those that the site puts elsewhere. */
function wantedOutputs(description: JobDescription): readonly string[] {
  const { outputs, stdout, stderr, saveChanges } = description;
  const kept = outputs.filter(({ url }) => url === undefined).map(({ name }) => name);
  return [
    ...new Set([stdout, stderr, ...kept, ...(saveChanges === undefined ? [] : [saveChanges])]),
  ];
}

async function walk(target: Target, handle: string, directory: string): Promise<readonly string[]> {
  const entries = await target.list(handle, directory.replace(/\/+$/, ''));
  const parts = await Promise.all(
    entries.map(({ name, isDirectory }) =>
      isDirectory ? walk(target, handle, name) : Promise.resolve([name]),
    ),
  );
  return parts.flat();
}

async function fetchOne(
  target: Target,
  handle: string,
  name: string,
  to: string,
): Promise<boolean> {
  const path = join(to, name);
  if (!path.startsWith(join(to, '/'))) throw escapes(name);
  if ((await stat(path).catch(() => undefined)) !== undefined) throw exists(path);
  await mkdir(dirname(path), { recursive: true });
  try {
    await target.fetch(handle, name, path);
    return true;
  } catch (error) {
    if (error instanceof GridError && error.code === 'OUTPUT_MISSING') return false;
    throw error;
  }
}

function escapes(name: string): GridError {
  return new GridError(`Cannot fetch "${name}": it would land outside of the directory`, {
    kind: 'remote',
    code: 'TARGET_MALFORMED',
  });
}

function exists(path: string): GridError {
  return new GridError(`Cannot fetch to "${path}": it is there already`, {
    kind: 'conflict',
    code: 'OUTPUT_EXISTS',
    hint: 'Fetch to another directory with -o, or remove it.',
  });
}
