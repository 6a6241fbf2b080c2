import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/errors.ts';

const NAME = /^work-(?<pid>\d+)-/;

/**
 * Makes a directory for the time of a call, and removes it whatever happens.
 *
 * What processes that are gone left behind in `parent` is removed too.
 */
export async function withWorkDirectory<T>(
  parent: string,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  await removeAbandoned(parent);
  const directory = await mkdtemp(join(parent, `work-${process.pid}-`));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(NAME.exec(name)?.groups?.pid);
    if (pid > 0 && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== 'ESRCH';
  }
}
