import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GridEngine, startGridEngine } from '../../kit/gridengine.ts';
import { until } from '../../kit/until.ts';

let first: GridEngine;
let second: GridEngine;
beforeAll(async () => {
  [first, second] = await Promise.all([startGridEngine(), startGridEngine({ slots: 1 })]);
});
afterAll(async () => {
  await Promise.all([first?.stop(), second?.stop()]);
});

it('runs a job of its user, in her home, and knows nothing of its neighbour', async () => {
  const script = 'qsub -terse -cwd -j y -o out -b y echo hello from '.split(' ');
  await first.user.run([...script.filter(Boolean), '$HOSTNAME']);
  const file = join(first.directory, 'home/ada/out');
  await until(
    'the job is over',
    () => existsSync(file) && readFileSync(file, 'utf8') !== '',
    first.log,
  );
  expect(readFileSync(file, 'utf8')).toBe('hello from master\n');
  expect(existsSync(join(second.directory, 'home/ada/out'))).toBe(false);
});

it('has more machines, which can be lost', async () => {
  const name = await first.node(7);
  expect((await first.on(name).run(['hostname'])).stdout).toBe('node007');
  await first.enter.run(['qconf', '-ah', name]);
  await until(
    'the daemon joins',
    async () => / lx-/.test((await first.enter.run(['qhost', '-h', name])).stdout),
    first.log,
  );
  const pid = Number(readFileSync(join(first.directory, 'nodes', name, 'pid'), 'utf8'));
  await first.lose(7);
  expect(isThere(pid)).toBe(false);
  expect(isThere(first.pid)).toBe(true);
});

it('leaves nothing', async () => {
  await first.node(8, { daemon: false });
  const pids = [
    first.pid,
    Number(readFileSync(join(first.directory, 'nodes/node008/pid'), 'utf8')),
  ];
  await first.stop();
  expect(pids.map(isThere)).toEqual([false, false]);
  expect(existsSync(first.directory)).toBe(false);
});

/** A process that is over, though not fetched by its parent, has no command line. */
function isThere(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
  } catch {
    return false;
  }
}
