import { describe, expect, it } from 'vitest';
import type { StageCache } from '../../../src/image/cache.ts';
import { planBuild } from '../../../src/image/plan.ts';
import { renderPlan, viewPlan } from '../../../src/image/render.ts';
import { GUEST_KIT } from '../../kit/guest-kit.ts';
import { recipe } from '../../kit/recipe.ts';

/** Holds what bootstrap makes, and nothing else. */
const CACHE: StageCache = {
  directory: '/cache',
  prepare: () => Promise.resolve(),
  use: () => Promise.resolve(),
  find: (name) => Promise.resolve(name === 'bootstrap' ? '/cache/x' : undefined),
  keep: () => Promise.reject(new Error('nothing is kept')),
};

describe('renderPlan()', () => {
  it('shows what each stage does, and which are in the cache', async () => {
    const plan = planBuild(recipe({ run: ['echo 1\necho 2\n'], size: 2 ** 30 }), {
      kit: GUEST_KIT,
      mirrors: [],
      arch: 'amd64',
      epoch: undefined,
    });
    const lines = renderPlan(await viewPlan(plan, CACHE)).split('\n');
    const [bootstrap, assemble, run] = [plan.bootstrap, plan.assemble, plan.runs[0]].map(
      (stage) => stage?.key.slice(0, 12) ?? '',
    );
    expect([...lines.slice(0, 8), '…', ...lines.slice(-6)]).toEqual([
      'recipe test',
      `bootstrap ${bootstrap} (cached)`,
      '  suite bookworm for amd64, components main',
      "  from mmdebstrap's own archives",
      '  packages libnss-extrausers',
      `assemble ${assemble}`,
      '  size 1.0 GiB',
      '  directory /usr/lib/apppot 0755 0:0',
      '…',
      '  link /var/lib/extrausers/shadow -> /run/apppot/shadow',
      `run ${run}`,
      '  echo 1',
      '  echo 2',
      'record the base manifest',
      'finish',
    ]);
  });
});
