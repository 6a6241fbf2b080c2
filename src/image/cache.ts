import { access, constants, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/errors.ts';
import { ImageError } from './errors.ts';

/** Results of stages, each a file named after the stage and its key. */
export interface StageCache {
  /** An absolute directory on the same filesystem, for work in progress. */
  readonly directory: string;
  /**
   * Makes the directory if need be.
   *
   * @throws {ImageError} `CACHE_UNWRITABLE`
   */
  prepare(): Promise<void>;
  /** The path of a kept result, or undefined. */
  find(name: StageName, key: string): Promise<string | undefined>;
  /**
   * Takes over a finished file of {@link directory}'s filesystem.
   *
   * @returns its new path; nothing writes to that file again.
   */
  keep(name: StageName, key: string, file: string): Promise<string>;
}

export type StageName = 'bootstrap' | 'assemble' | 'run';

/** @param directory See {@link StageCache.directory}. */
export function stageCache(directory: string): StageCache {
  const pathOf = (name: StageName, key: string): string =>
    join(directory, `${name}-${key.slice(0, 32)}.${name === 'bootstrap' ? 'tar' : 'img'}`);
  return {
    directory,
    prepare: () => makeWritable(directory),
    async find(name, key) {
      const path = pathOf(name, key);
      return access(path).then(
        () => path,
        () => undefined,
      );
    },
    async keep(name, key, file) {
      const path = pathOf(name, key);
      await seal(file);
      await rename(file, path);
      return path;
    },
  };
}

async function makeWritable(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const reason = errnoOf(cause) ?? String(cause);
    throw new ImageError(`Cannot use the cache directory "${directory}": ${reason}`, {
      kind: 'conflict',
      code: 'CACHE_UNWRITABLE',
      hint: 'Set XDG_CACHE_HOME to a directory that you may write to.',
      cause,
    });
  }
}

async function seal(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.chmod(0o444);
    await file.sync();
  } finally {
    await file.close();
  }
}
