import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { apppot, listed, processesNaming, startLive, WAITING } from '../kit/guest-live.ts';
import { start, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();
const COUNT = 32;

it('32 guests at once all run; of those whose starters are killed nothing is left after the next start', async () => {
  const options = { cwd: work.path, env: { TMPDIR: work.path } };
  const names = Array.from({ length: COUNT }, (_, index) => `g${index}`);
  const flags = (index: number) => (index % 4 === 0 ? ['--unconfined'] : []);
  const guests = await Promise.all(
    names.map((name, index) =>
      startLive(
        'apppot-start',
        ['--id', name, '--mem', '128M', ...flags(index), ...WAITING],
        options,
      ),
    ),
  );
  const running = await listed(work.path, options);
  expect(running.map(({ state }) => state)).toEqual(names.map(() => 'running'));
  const mean = running.reduce((sum, { memoryUsed = 0 }) => sum + memoryUsed, 0) / COUNT / 2 ** 20;
  process.stdout.write(`memory of an idle guest of 128 MiB: ${mean.toFixed(1)} MiB\n`);

  const dead = guests.filter((_, index) => index % 2 === 0);
  for (const { owner } of dead) owner.kill('SIGKILL');
  await Promise.all(dead.map(({ ended }) => ended));
  const next = await start('apppot-start', ['true'], options);
  expect(next).toMatchObject({ status: 0, stderr: '' });
  const living = names.filter((_, index) => index % 2 === 1);
  expect(new Set((await listed(work.path, options)).map(({ name }) => name))).toEqual(
    new Set(living),
  );

  expect(await apppot(['stop', ...living], options)).toMatchObject({ status: 0 });
  const rest = await Promise.all(guests.filter((_, i) => i % 2 === 1).map(({ ended }) => ended));
  expect(rest.map(({ status }) => status)).toEqual(living.map(() => 143));
  expect(readdirSync(work.path)).toEqual([]);
  expect(await processesNaming(work.path)).toEqual([]);
});
