import {
  access,
  constants,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant, Seconds } from '../base/clock.ts';
import { explain } from '../base/errno.ts';
import { ImageError } from './errors.ts';

/** Results of stages, each a file named after the stage and its key. */
export interface StageCache {
  /** An absolute directory on the same filesystem, for work in progress. */
  readonly directory: string;
  /**
   * Makes the directory if need be, and forgets results that were not used for two weeks.
   *
   * @param now Seconds since 1970.
   * @throws {ImageError} `CACHE_UNWRITABLE`
   */
  prepare(now: Instant): Promise<void>;
  /** The path of a kept result, or undefined. */
  find(name: StageName, key: string): Promise<string | undefined>;
  /** Says that a result was used, so that it is kept on; one that is another user's stays as it is. */
  use(name: StageName, key: string, now: Instant): Promise<void>;
  /**
   * Takes over a finished file of {@link directory}'s filesystem.
   *
   * @returns its new path; nothing writes to that file again.
   */
  keep(name: StageName, key: string, file: string): Promise<string>;
}

const KEPT: Seconds = 14 * 86_400;
const RESULT = /^(?:bootstrap|assemble|run)-[0-9a-f]{32}\.(?:tar|img)$/;

export type StageName = 'bootstrap' | 'assemble' | 'run';

/** @param directory See {@link StageCache.directory}. */
export function stageCache(directory: string): StageCache {
  const pathOf = (name: StageName, key: string): string =>
    join(directory, `${name}-${key.slice(0, 32)}.${name === 'bootstrap' ? 'tar' : 'img'}`);
  return {
    directory,
    async prepare(now) {
      await makeWritable(directory);
      await forgetUnused(directory, now - KEPT);
    },
    async find(name, key) {
      const path = pathOf(name, key);
      return access(path).then(
        () => path,
        () => undefined,
      );
    },
    use: (name, key, now) => utimes(pathOf(name, key), now, now).catch(() => undefined),
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
    const reason = explain(cause);
    throw new ImageError(`Cannot use the cache directory "${directory}": ${reason}`, {
      kind: 'conflict',
      code: 'CACHE_UNWRITABLE',
      hint: 'Set XDG_CACHE_HOME to a directory that you may write to.',
      cause,
    });
  }
}

async function forgetUnused(directory: string, before: Instant): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!RESULT.test(name)) continue;
    const path = join(directory, name);
    const info = await stat(path).catch(() => undefined);
    if (info !== undefined && info.mtimeMs < before * 1_000) {
      await rm(path, { force: true }).catch(() => undefined);
    }
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
