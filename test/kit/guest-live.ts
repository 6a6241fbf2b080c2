import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { ListedGuest } from '../../src/guests/list.ts';
import { type Finished, type RunOptions, run, start, type Way } from './guest-run.ts';

/** A guest whose job has begun. */
export interface LiveGuest {
  /** The process that started it. */
  readonly owner: ChildProcess;
  readonly ended: Promise<Finished>;
}

/** Says that it runs, and ends when it is told to. */
export const WAITING = ['sh', '-c', 'echo up; exec sleep 1000'];

/** Starts a guest, and waits for the first word of its job. */
export async function startLive(
  way: Way,
  words: readonly string[],
  options: RunOptions = {},
): Promise<LiveGuest> {
  let owner: ChildProcess | undefined;
  let ended: Promise<Finished> | undefined;
  await new Promise<void>((ready, reject) => {
    ended = start(way, words, {
      ...options,
      onSpawn(child) {
        owner = child;
        child.stdout?.once('data', () => ready());
      },
    });
    ended.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)), reject);
  });
  if (owner === undefined || ended === undefined) throw new Error('it was never started');
  return { owner, ended };
}

/** Runs `apppot`. */
export function apppot(words: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return run([join(inject('installed').bin, 'apppot'), ...words], options);
}

/** What `apppot ps` lists in this directory: others may run guests, too. */
export async function listed(directory: string, options: RunOptions): Promise<ListedGuest[]> {
  const { stdout } = await apppot(['ps', '--json'], options);
  const guests = JSON.parse(stdout.toString()) as ListedGuest[];
  return guests.filter((guest) => guest.directory.startsWith(directory));
}

/** Command lines of processes that name a directory; waits for those that are just ending. */
export async function processesNaming(directory: string): Promise<string[]> {
  const list = (): string[] =>
    execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(directory));
  let found = list();
  for (let tries = 0; found.length > 0 && tries < 50; tries += 1) {
    await once(AbortSignal.timeout(100), 'abort');
    found = list();
  }
  return found;
}
