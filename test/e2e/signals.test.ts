import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CASES, PEOPLE, run, start, USER_ID, workDirectory } from '../kit/guest-run.ts';

/** Calls back as soon as the job has written something. */
function whenItSpeaks(act: (child: ChildProcess) => void) {
  return (child: ChildProcess): void => {
    child.stdout?.once('data', () => act(child));
  };
}

const FOREVER = 'echo up; while :; do sleep 1; done';

describe.each(CASES)('$way as $as', ({ way, as }) => {
  const work = workDirectory();
  const guest = (script: string, act: (child: ChildProcess) => void) =>
    start(way, ['sh', '-c', script], { as, cwd: work.path, onSpawn: whenItSpeaks(act) });

  it.for([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends the job by %s, and the guest in order', async ([signal, status]) => {
    const { status: found } = await guest(FOREVER, (child) => child.kill(signal));
    expect(found).toBe(status);
  });

  it('lets the job have the last word on SIGTERM', async () => {
    const script = `trap 'echo saved; exit 5' TERM; ${FOREVER}`;
    const { status, stdout } = await guest(script, (child) => child.kill('SIGTERM'));
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 5, stdout: 'up\nsaved\n' });
  });

  it('kills at the second signal a job that does not listen', async () => {
    const script = `trap '' TERM; ${FOREVER}`;
    const { status } = await guest(script, (child) => {
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGTERM'), 200);
    });
    expect(status).toBe(143);
  });

  it('tells the job when nobody reads its output any more', async () => {
    const { status } = await start(way, ['yes'], {
      as,
      cwd: work.path,
      onSpawn: whenItSpeaks((child) => child.stdout?.destroy()),
    });
    expect(status).toBe(141);
  });

  it.for([
    ['confined', []],
    ['unconfined', ['--unconfined']],
  ] as const)('leaves nothing behind after kill -9 and the next start, %s', async ([, flags]) => {
    const temporary = { TMPDIR: work.path };
    let dead: ChildProcess | undefined;
    const killed = start(way, [...flags, 'sh', '-c', FOREVER], {
      as,
      cwd: work.path,
      env: temporary,
      onSpawn: whenItSpeaks((child) => {
        dead = child;
        child.kill('SIGKILL');
      }),
    });
    expect((await killed).status).toBe('SIGKILL');
    expect(dead?.pid).toBeDefined();
    const next = await start('apppot-start', ['true'], { as, cwd: work.path, env: temporary });
    expect(next).toMatchObject({ status: 0 });
    expect(readdirSync(work.path)).toEqual([]);
    expect(await processesNaming(work.path)).toBe('');
  });
});

/** Command lines of processes that name a directory; waits for those that are just ending. */
async function processesNaming(directory: string): Promise<string> {
  const list = () => run(['sh', '-c', `ps -eo args | grep -F ${directory} | grep -v grep; true`]);
  let found = (await list()).stdout.toString();
  for (let tries = 0; found !== '' && tries < 50; tries += 1) {
    await once(AbortSignal.timeout(100), 'abort');
    found = (await list()).stdout.toString();
  }
  return found;
}

describe.each(PEOPLE)('apppot-start as %s', (as) => {
  const id = as === 'root' ? 0 : USER_ID;

  it('runs eight guests at once from one base image, and none is left', async () => {
    const words = (n: number) => ['sh', '-c', `echo ${n} >~/n; cat ~/n`];
    const runs = [...Array(8).keys()].map((n) => start('apppot-start', words(n), { as }));
    const outputs = (await Promise.all(runs)).map(({ stdout }) => stdout.toString());
    expect(outputs).toEqual([...Array(8).keys()].map((n) => `${n}\n`));
    expect(await processesNaming(`/tmp/apppot-${id}/`)).toBe('');
  });

  it('refuses a name that is taken', async () => {
    let second: Promise<unknown> | undefined;
    const first = start('apppot-start', ['--id', 'twin', 'sh', '-c', FOREVER], {
      as,
      onSpawn: whenItSpeaks((child) => {
        second = start('apppot-start', ['--umid', 'twin', 'true'], { as }).finally(() =>
          child.kill(),
        );
      }),
    });
    expect((await first).status).toBe(143);
    expect(await second).toEqual({
      status: 126,
      stdout: Buffer.from(''),
      stderr:
        'apppot-start: Cannot start "twin": a guest of this name is running\n' +
        '  Choose another name with --id.\n',
    });
  });
});
