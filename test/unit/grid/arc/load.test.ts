import { expect, it } from 'vitest';
import { loadOf } from '../../../../src/grid/arc/load.ts';

const info = (share: unknown) => ({
  Domains: { AdminDomain: { Services: { ComputingService: { ComputingShare: share } } } },
});

it('loadOf() takes one queue, several, or none', () => {
  const grid = { Name: 'grid', FreeSlots: '2', WaitingJobs: '3', PreLRMSWaitingJobs: '1' };
  const long = { Name: 'long', FreeSlots: '5', WaitingJobs: '1' };
  expect(loadOf(info(grid))).toEqual({ free: 2, waiting: 4 });
  expect(loadOf(info([grid, long]))).toEqual({ free: 5, waiting: 5 });
  expect(loadOf(info({ Name: 'grid' }))).toEqual({});
  expect(loadOf({})).toEqual({});
});
