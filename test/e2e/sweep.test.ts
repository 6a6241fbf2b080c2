import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ArcCe, startArcCe } from '../kit/arc-ce.ts';
import { gridEnvironment, gridUser } from '../kit/grid-user.ts';
import { USER_ID, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();
let ce: ArcCe;
let apppot: ReturnType<typeof gridUser>;
beforeAll(async () => {
  ce = await startArcCe();
  apppot = gridUser(ce, work.path);
});
afterAll(() => ce?.stop());

/** A tenth of them fails. */
const JOBS = Number(process.env.APPPOT_SWEEP ?? 50);
const BAD = JOBS / 10;
const SUM = `${JOBS} jobs: ${JOBS - BAD} finished, ${BAD} failed`;
const NUMBERS = Array.from({ length: JOBS }, (_, index) => index + 1);
const isBad = (number: number): boolean => number % 10 === 0;

const guest = (): string[] => [
  ...['--to', ce.url, '--image', inject('installed').image, '--ship-kernel', '/usr/bin/linux.uml'],
  ...['--mem', '64M'],
];
const printed = async (words: readonly string[]): Promise<string> =>
  (await apppot(words)).stdout.toString();

/** The sweep of so many jobs. */
async function sweepOf(jobs: number) {
  const { sweeps } = JSON.parse(await printed(['jobs', '--json']));
  return sweeps.find((one: { readonly jobs: number }) => one.jobs === jobs);
}

/** Each boots a guest; every tenth fails with a status of its own. */
const SCRIPT =
  'cat in/in-$1.txt; echo "$APPPOT_TASK of $APPPOT_TASKS: $2" >out.txt; [ $(($1 % 10)) != 0 ] || exit $((100 + $1 / 10))';

describe('a sweep on a real ARC service', { timeout: 1_500_000 }, () => {
  let id = '';

  it('boots a guest for each job, and reports on those that fail', async () => {
    mkdirSync(join(work.path, 'in'), { mode: 0o755 });
    for (const n of NUMBERS) writeFileSync(join(work.path, `in/in-${n}.txt`), `input ${n}\n`);
    const lines = NUMBERS.map((n) => `${n}\tit's $HOME "${n}" (*\n`);
    writeFileSync(join(work.path, 'tasks.txt'), lines.join(''));
    const files = [...['--input', 'in/in-{1}.txt', '--output', 'out.txt', '--name', 'fifty']];
    const each = ['--each', 'tasks.txt', '--at-once', '6', ...files];
    const words = ['submit', ...guest(), ...each, '--wait', '--', 'sh', '-c', SCRIPT];
    const { status, stdout, stderr } = await apppot([...words, 'sh', '{1}', '{2}']);
    expect({ status, stderr }).toEqual({ status: 3, stderr: '' });
    const [first = '', count, ...rows] = stdout.toString().trimEnd().split('\n');
    id = first;
    expect(count).toBe(SUM);
    expect(rows).toEqual(
      NUMBERS.filter(isBad).map(
        (n) => `${id}.${n}  failed  ${100 + n / 10}  ${n}\tit's $HOME "${n}" (*`,
      ),
    );
  });

  it('is one line of the list, and each job when asked for', async () => {
    expect(await printed(['jobs'])).toContain(`fifty (${SUM})`);
    const failed = (await printed(['jobs', id, '--state', 'failed'])).trimEnd().split('\n');
    expect(failed).toHaveLength(1 + BAD);
    const { jobs, sweeps } = JSON.parse(await printed(['jobs', '--json']));
    expect(jobs).toHaveLength(JOBS);
    expect(sweeps).toEqual([
      { id, name: 'fifty', jobs: JOBS, states: { finished: JOBS - BAD, failed: BAD } },
    ]);
    expect(await apppot(['job', 'wait', `${id}.10`])).toMatchObject({ status: 101 });
    expect(await apppot(['job', 'wait', id])).toMatchObject({ status: 3 });
  });

  it('is fetched as a whole, each job into its own directory', async () => {
    expect(await apppot(['job', 'fetch', id, '-o', 'got'])).toMatchObject({ status: 0 });
    expect(readdirSync(join(work.path, 'got'))).toHaveLength(JOBS);
    for (const n of NUMBERS) {
      const file = (name: string): string =>
        readFileSync(join(work.path, 'got', String(n), name), 'utf8');
      expect(file('stdout.txt')).toBe(`input ${n}\n`);
      expect(file('out.txt')).toBe(`${n} of ${JOBS}: it's $HOME "${n}" (*\n`);
    }
    expect(await printed(['job', 'cat', id])).toBe(NUMBERS.map((n) => `input ${n}\n`).join(''));
  });

  it('runs again only what failed', async () => {
    expect(await apppot(['job', 'retry', id])).toMatchObject({ status: 0, stderr: '' });
    expect(await apppot(['job', 'wait', id])).toMatchObject({ status: 3 });
    const { jobs } = JSON.parse(await printed(['jobs', '--json']));
    const again = jobs.filter(({ attempt }: { readonly attempt: number }) => attempt === 2);
    expect(again.map(({ sweep }: { sweep: { number: number } }) => sweep.number)).toEqual(
      NUMBERS.filter(isBad),
    );
  });

  it('is forgotten as a whole, here and there', async () => {
    expect(await apppot(['job', 'clean', id])).toMatchObject({ status: 0, stderr: '' });
    expect(await printed(['jobs'])).toBe('no jobs\n');
    expect(existsSync(join(work.path, 'state/apppot/jobs', id))).toBe(false);
  });

  it('goes on after its submission was killed, and each job runs once', async () => {
    const words = ['submit', ...guest(), '--array', '12', '--at-once', '2', '--', 'echo', '{}'];
    const child = spawn(join(inject('installed').bin, 'apppot'), words, {
      cwd: work.path,
      stdio: 'ignore',
      env: {
        PATH: `${inject('installed').bin}:/usr/bin:/bin`,
        ...gridEnvironment(ce, work.path),
      },
      ...(process.getuid?.() === 0 && { uid: USER_ID, gid: USER_ID }),
    });
    const view = () => sweepOf(12);
    while (((await view())?.states.unsubmitted ?? 12) > 9) await sleep(100);
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
    const sweep = (await view()).id;
    expect((await view()).states.unsubmitted).toBeGreaterThan(0);
    expect(await apppot(['job', 'wait', sweep])).toMatchObject({ status: 3 });
    const resumed = await apppot(['submit', '--resume', sweep, '--wait']);
    const said = `${resumed.stdout}${resumed.stderr}${await printed(['jobs', sweep])}`;
    expect(resumed.status, said).toBe(0);
    expect(resumed.stdout.toString()).toBe('12 jobs: 12 finished\n');
    const sessions = readdirSync(join(ce.directory, 'session'), { withFileTypes: true });
    expect(sessions.filter((entry) => entry.isDirectory())).toHaveLength(12);
    await apppot(['job', 'clean', sweep]);
  });

  it('is killed as a whole, with what was not handed over yet', async () => {
    const words = ['submit', ...guest(), '--array', '6', '--at-once', '2', '--', 'sleep', '900'];
    const submitting = apppot(words);
    const view = () => sweepOf(6);
    while ((await view())?.states.running !== 2) await sleep(100);
    const { id: sweep } = await view();
    expect(await apppot(['job', 'kill', sweep])).toMatchObject({ status: 0, stderr: '' });
    expect(await submitting).toMatchObject({ status: 0 });
    expect(await printed(['job', 'wait', sweep])).toContain('6 jobs: 6 killed\n');
  });
});
