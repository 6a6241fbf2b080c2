import { expect, it } from 'vitest';
import { loadOf } from '../../../src/grid/slurm/load.ts';

it('loadOf() counts idle processors, and jobs that wait for some', () => {
  const reasons = 'Resources\nPriority\nJobHeldUser\nDependency\nBeginTime\nNone\n';
  expect(loadOf('6/2/0/8\n0/4/4/8\n', reasons)).toEqual({ free: 6, waiting: 3 });
  expect(loadOf('', '')).toEqual({ free: 0, waiting: 0 });
});
