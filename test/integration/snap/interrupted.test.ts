import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { writeCow } from '../../kit/cow-file.ts';
import { fullListing } from '../../kit/full-listing.ts';
import { imageLab } from '../../kit/image-lab.ts';
import { finished, killing } from '../../kit/killing.ts';
import { shell } from '../../kit/shell.ts';
import { type SnapProgram, snapProgram } from '../../kit/snap-program.ts';
import { tempDirectory } from '../../kit/temp.ts';

const BEFORE = `for d in $(seq 20); do mkdir -p $d/s; for f in $(seq 6); do echo $d$f > $d/s/$f; done; done
  head -c 512K /dev/urandom > big`;
const AFTER = `rm -r 1 2 3; for d in $(seq 4 15); do echo new > $d/s/1; rm $d/s/2; ln $d/s/3 $d/s/h; done
  rm -r 16; ln -s /etc 16; rm 17/s/1; mkdir 17/s/1; echo x > 17/s/1/f; head -c 3M /dev/urandom > big
  head -c 2M /dev/urandom > big2; chmod 4755 4/s/1; touch -d 2001-01-01 5/s`;

const GUEST_MERGE = new URL('../../../image/guest/apppot-merge', import.meta.url).pathname;

/** How often each command is killed: `KILLS=200` takes a few minutes. */
const KILLS = Number(process.env.KILLS ?? 65);
const LIMIT = { timeout: 300_000 + KILLS * 3_000 };

/** `base`, and what became of it: `now`. */
function prepared() {
  const directory = tempDirectory();
  const program = snapProgram(directory);
  shell(directory, `mkdir now; cd now; ${BEFORE}`);
  program.run(['base', '--root', 'now']);
  shell(directory, `cp -a now base; cd now; ${AFTER}`);
  return { directory, program };
}

const OLD = { SOURCE_DATE_EPOCH: '1700000000' };
const NEW = { SOURCE_DATE_EPOCH: '1790000000' };

/** Kills `changes`; the bundle must always be the old one or the new one, to the last byte. */
async function killChanges(
  program: SnapProgram,
  directory: string,
  runs: number,
  words: readonly string[],
): Promise<void> {
  const made = [OLD, NEW].map((env) => {
    const { status } = program.run(['changes', 'made.tar.gz', ...words], { env });
    expect(status).toBe(0);
    return readFileSync(`${directory}/made.tar.gz`);
  });
  const [old = Buffer.alloc(0), wanted = old] = made;
  expect(old.equals(wanted)).toBe(false);
  let kept = 0;
  const killed = await killing(runs, 3, (number) => {
    const out = `${directory}/out${number}`;
    const file = `${out}/c.tar.gz`;
    mkdirSync(out);
    return {
      start: () => program.start(['changes', file, ...words], NEW),
      prepare: () => writeFileSync(file, old),
      check: async () => {
        const found = readFileSync(file);
        expect(found.equals(old) || found.equals(wanted)).toBe(true);
        if (found.equals(old)) kept += 1;
      },
    };
  });
  expect(killed).toBeGreaterThan(0);
  expect(kept).toBeGreaterThan(0);
  for (const out of ['out0', 'out1']) {
    expect(program.run(['changes', `${out}/c.tar.gz`, ...words]).status).toBe(0);
    expect(readdirSync(`${directory}/${out}`)).toEqual(['c.tar.gz']);
  }
}

it(
  `changes of a directory, killed at ${KILLS} points, leave the old bundle or the new one`,
  LIMIT,
  async () => {
    const { directory, program } = prepared();
    await killChanges(program, directory, KILLS, ['--root', `${directory}/now`]);
  },
);

it(
  `changes of an image, killed at ${KILLS} points, leave the old bundle or the new one`,
  LIMIT,
  async () => {
    const directory = tempDirectory();
    const program = snapProgram(directory);
    const lab = imageLab();
    onTestFinished(lab.end);
    shell(directory, `mkdir old; cd old; ${BEFORE}; head -c 6M /dev/urandom > ../new`);
    const base = lab.mke2fs('base', ['-t', 'ext4'], '32M', `${directory}/old`);
    const next = lab.path('next');
    copyFileSync(base, next);
    lab.debugfs(next, ['rm big', 'rm 1/s/1', 'mkdir 2/new', `write ${directory}/new big`]);
    const cow = writeCow(lab.path('cow'), base, next);
    await killChanges(program, directory, KILLS, ['--image', base, '--cow', cow]);
  },
);

/** Both set a tree right by themselves, and neither needs the other. */
const MERGES = ['apppot-snap merge', 'apppot-merge'] as const;

it.each(MERGES)(`%s, killed at ${KILLS} points, is set right by the next`, LIMIT, async (merge) => {
  const { directory, program } = prepared();
  const bundle = `${directory}/c.tar.gz`;
  program.run(['changes', bundle, '--root', 'now']);
  const wanted = fullListing(`${directory}/now`);
  const killed = await killing(KILLS, 5, (number) => {
    const copy = `${directory}/copy${number}`;
    const start = () =>
      merge === 'apppot-merge'
        ? spawn(GUEST_MERGE, [bundle, copy], { stdio: 'ignore', detached: true })
        : program.start(['merge', bundle, '--root', copy]);
    return {
      start,
      prepare: () => void shell(directory, `rm -rf ${copy}; cp -a base ${copy}`),
      async check() {
        expect(await finished(start)).toBe(0);
        expect(fullListing(copy)).toEqual(wanted);
      },
    };
  });
  expect(killed).toBeGreaterThan(0);
});

it('a run that was killed half-way leaves no hidden file for good', async () => {
  const { directory, program } = prepared();
  mkdirSync(`${directory}/out`);
  const files = (): readonly string[] => readdirSync(`${directory}/out`).sort();
  const argv = ['changes', `${directory}/out/c.tar.gz`, '--root', `${directory}/now`];
  async function held(number: number): Promise<ChildProcess> {
    const child = program.start(argv);
    onTestFinished(() => void child.kill('SIGKILL'));
    while (files().length < number) await sleep(2);
    child.kill('SIGSTOP');
    return child;
  }
  const dead = await held(1);
  const living = await held(2);
  expect(files()).toEqual([expect.stringMatching(/\.tmp$/), expect.stringMatching(/\.tmp$/)]);
  dead.kill('SIGKILL');
  await once(dead, 'close');
  expect(program.run(argv).status).toBe(0);
  expect(files()).toEqual([expect.stringContaining(`-${living.pid}-`), 'c.tar.gz']);
  living.kill('SIGCONT');
  expect(await once(living, 'close')).toEqual([0, null]);
  expect(files()).toEqual(['c.tar.gz']);
});

it('changes stopped by a signal says so, and leaves nothing', { timeout: 60_000 }, async () => {
  const directory = tempDirectory();
  const program = snapProgram(directory);
  shell(directory, 'mkdir base now out; head -c 64M /dev/urandom > now/f');
  const argv = ['changes', `${directory}/out/c.tar.gz`, '--root', `${directory}/now`];
  const child = program.start([...argv, '--against', `${directory}/base`]);
  const ended = once(child, 'close');
  while (readdirSync(`${directory}/out`).length === 0) await sleep(5);
  child.kill('SIGTERM');
  expect(await ended).toEqual([143, null]);
  expect(readdirSync(`${directory}/out`)).toEqual([]);
});
