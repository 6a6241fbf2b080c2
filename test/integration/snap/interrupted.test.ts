import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { mergeBundle } from '../../../src/snap/merge.ts';
import { fullListing } from '../../kit/full-listing.ts';
import { shell } from '../../kit/shell.ts';
import { type SnapProgram, snapProgram } from '../../kit/snap-program.ts';
import { tempDirectory } from '../../kit/temp.ts';

const BEFORE = `for d in $(seq 40); do mkdir -p $d/s; for f in $(seq 10); do echo $d$f > $d/s/$f; done; done
  head -c 3M /dev/urandom > big`;
const AFTER = `rm -r 1 2 3; for d in $(seq 4 30); do echo new > $d/s/1; rm $d/s/2; ln $d/s/3 $d/s/h; done
  rm -r 31; ln -s /etc 31; rm 32/s/1; mkdir 32/s/1; echo x > 32/s/1/f; head -c 4M /dev/urandom > big
  head -c 2M /dev/urandom > big2; chmod 4755 4/s/1; touch -d 2001-01-01 5/s`;

/** Starts a command and kills it, with its helpers, at some point of its life or after it. */
async function killed(program: SnapProgram, argv: readonly string[], after: number): Promise<void> {
  const child = program.start(argv);
  const ended = once(child, 'close');
  await Promise.race([sleep(after), ended]);
  if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  await ended;
}

const delays = fc.sample(fc.integer({ min: 20, max: 260 }), { numRuns: 20, seed: 3 });

it('changes killed at any point leaves the old file or the new one', {
  timeout: 120_000,
}, async () => {
  const directory = tempDirectory();
  const program = snapProgram(directory);
  shell(directory, `mkdir now; cd now; ${BEFORE}`);
  program.run(['base', '--root', 'now']);
  shell(directory, `cp -a now base; cd now; ${AFTER}`);
  for (const delay of delays) {
    const bundle = `${directory}/c.tar.gz`;
    await killed(program, ['changes', bundle, '--root', `${directory}/now`], delay);
    if (existsSync(bundle)) await mergeBundle(bundle, `${directory}/base`, { dryRun: true });
  }
  expect(program.run(['changes', 'c.tar.gz', '--root', 'now']).status).toBe(0);
  expect(program.run(['merge', 'c.tar.gz', '--root', 'base']).status).toBe(0);
  expect(fullListing(`${directory}/base`)).toEqual(fullListing(`${directory}/now`));
});

it('merge killed at any point is set right by the next', { timeout: 120_000 }, async () => {
  const directory = tempDirectory();
  const program = snapProgram(directory);
  shell(directory, `mkdir now; cd now; ${BEFORE}`);
  program.run(['base', '--root', 'now']);
  shell(directory, `cp -a now base; cd now; ${AFTER}`);
  program.run(['changes', 'c.tar.gz', '--root', 'now']);
  const wanted = fullListing(`${directory}/now`);
  const merge = ['merge', `${directory}/c.tar.gz`, '--root', `${directory}/copy`];
  for (const delay of delays) {
    shell(directory, 'rm -rf copy; cp -a base copy');
    await killed(program, merge, delay);
    await killed(program, merge, 280 - delay);
    expect(program.run(merge).status).toBe(0);
    expect(fullListing(`${directory}/copy`)).toEqual(wanted);
  }
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
