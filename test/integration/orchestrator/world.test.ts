import { describe, expect, it } from 'vitest';
import { CALM } from '../../kit/world/faults.ts';
import { runSeed } from '../../kit/world/run.ts';

/**
 * APPPOT_SEED=N tries that world alone, APPPOT_SEEDS=N the first so many. The bench tries others.
 */
const { APPPOT_SEED: one, APPPOT_SEEDS: many = '2000' } = process.env;
const PARTS = 6;
const SMALL = { faults: CALM, trouble: 60, jobs: 2 };
const DEADLINE_MS = 600_000;
const seeds =
  one === undefined ? Array.from({ length: Number(many) }, (_, seed) => seed) : [Number(one)];

describe('a world in which everything goes wrong', () => {
  it.each(Array.from({ length: PARTS }, (_, part) => part))(
    'keeps I1 to I6 over its seeds, part %i',
    { timeout: DEADLINE_MS },
    async (part) => {
      const broken: string[] = [];
      for (const seed of seeds.filter((_, index) => index % PARTS === part)) {
        const verdict = await runSeed(seed);
        broken.push(...verdict.broken.map((text) => `seed ${seed}: ${text}`));
      }
      expect(broken).toEqual([]);
    },
  );

  it.each([
    ['a node given up while it boots came up and got a job', 1_001_673],
    [
      'a node given up before it had a name came, got jobs and went, and kept them for ever',
      3_017_176,
    ],
  ])('no longer: %s', { timeout: DEADLINE_MS }, async (_, seed) => {
    expect((await runSeed(seed)).broken).toEqual([]);
  });

  it('runs the same for the same seed', async () => {
    expect(await runSeed(7)).toEqual(await runSeed(7));
  });
});

describe('a controller that is killed', () => {
  it('at any of its calls, before or after, leaks nothing and doubles nothing', {
    timeout: DEADLINE_MS,
  }, async () => {
    const whole = await runSeed(3, SMALL);
    expect(whole.gates).toBeGreaterThan(100);
    const broken: string[] = [];
    for (let killAt = 1; killAt <= whole.gates; killAt += 1) {
      const verdict = await runSeed(3, { ...SMALL, killAt });
      if (verdict.kills !== 1) broken.push(`gate ${killAt}: it was not killed`);
      broken.push(...verdict.broken.map((text) => `gate ${killAt}: ${text}`));
    }
    expect(broken).toEqual([]);
  });
});
