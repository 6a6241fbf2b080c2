import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/policy/decide.ts';
import { pipeline } from '../../../src/policy/pipeline.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { makePolicy, type PolicySpec } from '../../../src/policy/spec.ts';
import type { PolicyView } from '../../../src/policy/view.ts';
import { anyView, hostOf, jobOf, poolOf, viewOf } from '../../kit/policy-view.ts';

const byQueue: readonly PolicySpec[] = [
  { name: 'queue-length', options: { perNode: 2, step: 4 } },
  { name: 'queue-time', options: { longerThan: 300, step: 4 } },
  { name: 'work-backlog', options: { step: 4 } },
  { name: 'bin-pack', options: { step: 4 } },
  { name: 'cheapest-fit', options: { spotFirst: true, step: 4 } },
  { name: 'utilisation', options: { step: 4 } },
  { name: 'deadline', options: { p90: 600, step: 4 } },
];
const spare: readonly PolicySpec[] = [
  { name: 'headroom', options: { slots: 6, step: 4 } },
  { name: 'schedule', options: { rules: [{ when: '* * * * *', min: 3, max: 4 }] } },
];
const named = (specs: readonly PolicySpec[]) =>
  specs.map((spec): [string, Policy] => [spec.name, makePolicy(spec)]);

const sum = (numbers: Iterable<number>) => [...numbers].reduce((a, b) => a + b, 0);
const wanted = (policy: Policy, view: PolicyView) =>
  sum(decide(policy, view).proposals.map(({ count }) => count));

describe.for(named([...byQueue, ...spare]))('policy %s', ([, policy]) => {
  it('answers the same to the same view, and leaves it as it was', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const before = structuredClone(view);
        const once = decide(policy, view);
        expect(decide(policy, structuredClone(view))).toEqual(once);
        expect(view).toEqual(before);
        expect(structuredClone(once)).toEqual(once);
      }),
    );
  });

  it('asks only of open pools, for no more nodes than they have room for, and at most a step', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const { proposals } = decide(policy, view);
        for (const { name, open, live, maxNodes } of view.pools) {
          const count = sum(proposals.filter(({ pool }) => pool === name).map((one) => one.count));
          expect(count).toBeLessThanOrEqual(open ? Math.max(0, maxNodes - live) : 0);
        }
        expect(sum(proposals.map(({ count }) => count))).toBeLessThanOrEqual(4);
        expect(proposals.every(({ reason }) => reason !== '')).toBe(true);
      }),
    );
  });
});

describe.for(named(byQueue))('policy %s, led by the queue,', ([, policy]) => {
  it('wants nothing when nobody waits, and no more nodes than jobs need', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        expect(wanted(policy, { ...view, pending: [] })).toBe(0);
        const { unserved, proposals } = decide(policy, view);
        const jobs = view.pending.filter(({ id }) => unserved.includes(id));
        expect(sum(proposals.map(({ count }) => count))).toBeLessThanOrEqual(
          sum(jobs.map(({ hostCount, tasks }) => hostCount * tasks)),
        );
      }),
    );
  });

  it('wants no fewer nodes for more jobs, and no more when more slots are free', () => {
    const view = (jobs: number, free: number) =>
      viewOf({
        pending: Array.from({ length: jobs }, (_, i) => jobOf(i, { submitted: 0 })),
        hosts: free === 0 ? [] : [hostOf('own', { slots: free })],
        pools: [poolOf('uml', { slots: 2 })],
      });
    fc.assert(
      fc.property(fc.nat(20), fc.nat(5), fc.nat(10), (jobs, more, free) => {
        const now = wanted(policy, view(jobs, free));
        expect(wanted(policy, view(jobs + more, free))).toBeGreaterThanOrEqual(now);
        expect(wanted(policy, view(jobs, free + more))).toBeLessThanOrEqual(now);
      }),
    );
  });
});

it('pipeline() of a packing policy twice wants no more than once', () => {
  const packing = makePolicy({ name: 'bin-pack', options: {} });
  fc.assert(
    fc.property(anyView, (view) => {
      // With nodes of several sizes, jobs that are packed once more may be packed otherwise.
      const narrow = view.pending.map((job) => ({ ...job, hostCount: 1 }));
      const same = { ...view, pending: narrow, pools: view.pools.slice(0, 1) };
      expect(decide(pipeline(packing, packing), same).proposals).toEqual(
        decide(packing, same).proposals,
      );
    }),
  );
});

it.for(
  named([
    { name: 'budget-pacer', options: {} },
    { name: 'quota', options: { nodes: 3 } },
    { name: 'schedule', options: { rules: [{ when: '* * * * *', max: 2 }] } },
  ]),
)('policy %s only takes away, and of a gang all', ([, limit]) => {
  const packing = makePolicy({ name: 'bin-pack', options: {} });
  fc.assert(
    fc.property(anyView, (view) => {
      const before = decide(packing, view).proposals;
      const { proposals } = decide(pipeline(packing, limit), view);
      for (const { pool, gang, count, forJobs } of proposals) {
        const same = before.find(
          (one) => one.pool === pool && one.gang === gang && `${one.forJobs}` === `${forJobs}`,
        );
        expect(count).toBeLessThanOrEqual(same?.count ?? 0);
        if (gang === true) expect(count).toBe(same?.count);
      }
    }),
  );
});
