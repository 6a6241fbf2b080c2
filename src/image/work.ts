import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/errors.ts';

const NAME = /^apppot-build-(?<pid>\d+)-/;

/**
 * Makes a directory for the time of a call, and removes it whatever happens.
 *
 * What this user's processes that are gone left behind in `parent` is removed too.
 */
export async function withWorkDirectory<T>(
  parent: string,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  await removeAbandoned(parent);
  const directory = await mkdtemp(join(parent, `apppot-build-${process.pid}-`));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(NAME.exec(name)?.groups?.pid);
    const path = join(parent, name);
    if (pid > 0 && !isAlive(pid) && (await isOurs(path))) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** In a directory that all may write to, others choose such names too. */
async function isOurs(path: string): Promise<boolean> {
  const info = await lstat(path).catch(() => undefined);
  return info?.uid === process.geteuid?.();
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}
