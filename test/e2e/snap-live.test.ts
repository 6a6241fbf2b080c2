import type { ChildProcess } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import {
  type Finished,
  PEOPLE,
  type RunOptions,
  run,
  start,
  WAYS,
  type Way,
  workDirectory,
} from '../kit/guest-run.ts';

/** Says when it is ready, and ends when it is told to, with what it finds in the meantime. */
const JOB = 'echo made >~/made; rm -f ~/.bashrc; echo ready; read -r word; echo "$word"; exit 7';

interface Live {
  /** Ends the job; it says `goodbye` and leaves with status 7 if it lives. */
  end(): Promise<Finished>;
}

const cases = WAYS.flatMap((way) => PEOPLE.map((as) => ({ way, as })));

describe.each(cases)('apppot-snap --live, of a guest by $way, as $as', ({ way, as }) => {
  const work = workDirectory();
  const path = (name: string): string => join(work.path, name);
  const snap = (...words: string[]) =>
    run([join(inject('installed').bin, 'apppot-snap'), ...words], { as, cwd: work.path });

  it.each([
    ['a temporary disk', []],
    ['a COW file', ['--cow', 'kept,cow']],
    ['no confinement', ['--unconfined']],
  ])('finds what a running guest with %s changed, and lets it go on', async (_, words) => {
    const guest = await startLive(way, { as, cwd: work.path }, ['--id', 'living', ...words]);
    const diff = await snap('diff', '--live', 'living');
    expect([diff.status, diff.stderr]).toEqual([0, '']);
    expect(diff.stdout.toString()).toContain('A /home/user/made\n');
    expect(await snap('changes', path('c.tar.gz'), '--live', 'living')).toMatchObject({
      status: 0,
    });
    expect(await guest.end()).toMatchObject(GOODBYE);
    const kept = ['--changes', path('c.tar.gz'), 'sh', '-c', 'cat ~/made'];
    expect((await start(way, kept, { as, cwd: work.path })).stdout.toString()).toBe('made\n');
  });

  it('lets the guest go on when it fails or is killed', async () => {
    const guest = await startLive(way, { as, cwd: work.path }, ['--id', 'going']);
    expect(await snap('changes', '/proc/none.tar', '--live', 'going')).toMatchObject({ status: 5 });
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      await run(
        [
          join(inject('installed').bin, 'apppot-snap'),
          'changes',
          path('k.tar.gz'),
          '--live',
          'going',
        ],
        {
          as,
          cwd: work.path,
          onSpawn: (child) => killWhenPaused(child, signal),
        },
      );
    }
    expect(await guest.end()).toMatchObject(GOODBYE);
    // A kill that came late finds the bundle done, and whole.
    if (existsSync(path('k.tar.gz')))
      expect(await snap('verify', 'k.tar.gz')).toMatchObject({ status: 0 });
  });

  it('refuses a guest that somebody else holds still, and leaves it to them', async () => {
    const guest = await startLive(way, { as, cwd: work.path }, ['--id', 'held']);
    const words = ['changes', path('slow.tar.gz'), '--live', 'held'];
    let reader: ChildProcess | undefined;
    const first = run([join(inject('installed').bin, 'apppot-snap'), ...words], {
      as,
      cwd: work.path,
      onSpawn(child) {
        reader = child;
        whenPaused(child, 'held', () => child.kill('SIGSTOP'));
      },
    });
    while (!isPaused('held')) await sleep(1);
    const second = await snap('diff', '--live', 'held');
    expect([second.status, second.stderr]).toEqual([
      5,
      'apppot-snap: Cannot pause "held": its disk is being read by somebody else\n' +
        '  Try again when they are done.\n',
    ]);
    expect(isPaused('held')).toBe(true);
    reader?.kill('SIGCONT');
    expect(await first).toMatchObject({ status: 0 });
    expect(await snap('diff', '--live', 'held')).toMatchObject({ status: 0 });
    expect(await guest.end()).toMatchObject(GOODBYE);
  });

  it('reads the image itself where the guest writes to it', async () => {
    const image = path('own.img');
    copyFileSync(inject('installed').image, image);
    chmodSync(image, 0o666);
    const words = ['--image', image, '--id', 'owner'];
    const guest = await startLive(way, { as, cwd: work.path }, words);
    const diff = await snap('diff', '--live', 'owner');
    expect([diff.status, diff.stderr]).toEqual([0, '']);
    expect(diff.stdout.toString()).toContain('A /home/user/made\n');
    expect(await snap('changes', path('o.tar.gz'), '--live', 'owner')).toMatchObject({ status: 0 });
    expect(await guest.end()).toMatchObject(GOODBYE);
    const kept = ['--changes', path('o.tar.gz'), 'sh', '-c', 'cat ~/made'];
    expect((await start(way, kept, { as, cwd: work.path })).stdout.toString()).toBe('made\n');
  });

  it('says in two lines that there is no such guest', async () => {
    const { status, stderr } = await snap('diff', '--live', 'nobody');
    expect([status, stderr]).toEqual([
      4,
      'apppot-snap: Cannot pause "nobody": no guest of yours with this name is running\n' +
        '  Give guests their names with apppot-start --id.\n',
    ]);
  });
});

const GOODBYE = { status: 7, stdout: Buffer.from('ready\ngoodbye\n'), stderr: '' };

async function startLive(way: Way, options: RunOptions, words: readonly string[]): Promise<Live> {
  let child: ChildProcess | undefined;
  let ended: Promise<Finished> | undefined;
  await new Promise<void>((ready, reject) => {
    ended = start(way, [...words, 'sh', '-c', JOB], {
      ...options,
      stdin: 'open',
      onSpawn(spawned) {
        child = spawned;
        spawned.stdout?.once('data', () => ready());
      },
    });
    ended.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
  return {
    end() {
      child?.stdin?.end('goodbye\n');
      return ended ?? Promise.reject(new Error('it was never started'));
    },
  };
}

function killWhenPaused(child: ChildProcess, signal: NodeJS.Signals): void {
  whenPaused(child, 'going', () => child.kill(signal));
}

function whenPaused(child: ChildProcess, name: string, act: () => void): void {
  const timer = setInterval(() => {
    if (!isPaused(name)) return;
    clearInterval(timer);
    act();
  }, 1);
  child.once('close', () => clearInterval(timer));
}

/** Whoever holds a guest says so in its directory. */
function isPaused(name: string): boolean {
  const parents = readdirSync('/tmp').filter((parent) => parent.startsWith('apppot-'));
  return parents.some((parent) => {
    const guest = join('/tmp', parent, name);
    const files = existsSync(guest) ? readdirSync(guest) : [];
    return files.some((file) => file.startsWith('held.') && isFilled(join(guest, file)));
  });
}

function isFilled(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
