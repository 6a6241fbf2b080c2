import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/policy/decide.ts';
import { drift } from '../../../src/policy/drift.ts';
import { makePolicy, type PolicySpec } from '../../../src/policy/spec.ts';
import type { PolicyView } from '../../../src/policy/view.ts';
import { hostOf, jobOf, jobsOf, NOW, nodeOf, poolOf, viewOf } from '../../kit/policy-view.ts';

function planOf<Name extends PolicySpec['name']>(
  name: Name,
  options: Extract<PolicySpec, { name: Name }>['options'],
  view: Partial<PolicyView>,
): string[] {
  const policy = makePolicy({ name, options } as PolicySpec);
  return decide(policy, viewOf(view)).proposals.map(
    ({ pool, count, gang, reason }) => `${count} ${pool}${gang ? ' gang' : ''}: ${reason}`,
  );
}

const two = [
  poolOf('dear', { price: 2, slots: 4 }),
  poolOf('cheap', { price: 1, slots: 4 }),
  poolOf('spot', { price: 0.1, slots: 4, spot: true, maxNodes: 2 }),
];

describe('the policy', () => {
  it('queue-length starts nodes for a queue that is long for those there are', () => {
    const pending = jobsOf(9);
    expect(planOf('queue-length', { perNode: 3 }, { pending })).toEqual([
      '3 uml: 9 jobs wait for 0 nodes, 3 each may',
    ]);
    const nodes = [nodeOf('a'), nodeOf('b', { phase: 'booting' })];
    const pools = [poolOf('uml', { live: 2, coming: 1 })];
    expect(planOf('queue-length', { perNode: 3 }, { pending, nodes, pools })).toEqual([
      '1 uml: 9 jobs wait for 2 nodes, 3 each may',
    ]);
    expect(planOf('queue-length', { perNode: 5 }, { pending, nodes, pools })).toEqual([]);
  });

  it('queue-time starts nodes for jobs that have waited', () => {
    const pending = [...jobsOf(3, { submitted: NOW - 601 }), jobOf('new')];
    expect(planOf('queue-time', {}, { pending })).toEqual([
      '2 uml: 3 jobs have waited for more than 600 s',
    ]);
    expect(planOf('queue-time', { longerThan: 700 }, { pending })).toEqual([]);
  });

  it('work-backlog starts so many slots that the work is done in time', () => {
    const pending = jobsOf(12, { wallTime: 1_800 });
    expect(planOf('work-backlog', { drainIn: 3_600 }, { pending })).toEqual([
      '3 uml: 6.0 slot hours wait, to be done in 1.0 h',
    ]);
    const hosts = [hostOf('own', { slots: 4 })];
    expect(planOf('work-backlog', { drainIn: 3_600 }, { pending, hosts })).toEqual([
      '1 uml: 6.0 slot hours wait, to be done in 1.0 h',
    ]);
  });

  it('bin-pack starts what the jobs fill, and all nodes of a wide job or none', () => {
    const pending = [jobOf('w', { slots: 6, hostCount: 3 }), ...jobsOf(5)];
    expect(planOf('bin-pack', {}, { pending })).toEqual([
      '3 uml gang: job w needs 3 nodes at once',
      '3 uml: 5 waiting jobs need 3 nodes of "uml"',
    ]);
    const pools = [poolOf('uml', { maxNodes: 3, live: 1 })];
    expect(planOf('bin-pack', {}, { pending, pools })).toEqual([
      '2 uml: 4 waiting jobs need 2 nodes of "uml"',
    ]);
  });

  it('bin-pack and the others take pools in the order that is named', () => {
    const given = { pending: jobsOf(4), pools: two };
    expect(planOf('bin-pack', {}, given)).toEqual([
      '1 spot: 4 waiting jobs need 1 nodes of "spot"',
    ]);
    expect(planOf('bin-pack', { pools: ['dear'] }, given)).toEqual([
      '1 dear: 4 waiting jobs need 1 nodes of "dear"',
    ]);
  });

  it('cheapest-fit goes on to the next pool when one is full, and asks for several kinds of spot', () => {
    const pending = jobsOf(12);
    expect(planOf('cheapest-fit', { spotFirst: true }, { pending, pools: two })).toEqual([
      '2 spot: 8 waiting jobs need 2 nodes of "spot"',
      '1 cheap: 4 waiting jobs need 1 nodes of "cheap"',
    ]);
    expect(
      planOf('cheapest-fit', { spotFirst: true, spotKinds: 2 }, { pending, pools: two }),
    ).toEqual(['3 cheap: 12 waiting jobs need 3 nodes of "cheap"']);
  });

  it('utilisation adds a step when all is in use, from nothing by the queue alone', () => {
    const pending = jobsOf(9);
    expect(planOf('utilisation', {}, { pending })).toEqual([
      '1 uml: 100 % of our slots are in use, and jobs wait',
    ]);
    const pools = [poolOf('uml', { live: 1 })];
    const half = { pending, pools, nodes: [nodeOf('a', { used: 1 })] };
    expect(planOf('utilisation', {}, half)).toEqual([]);
    expect(planOf('utilisation', { high: 0.5, step: 2 }, half)).toEqual([
      '2 uml: 50 % of our slots are in use, and jobs wait',
    ]);
  });

  it('deadline acts before nine of ten jobs wait too long', () => {
    const pending = jobsOf(20, { wallTime: 3_600, submitted: NOW });
    const hosts = [hostOf('own', { slots: 4 })];
    // 17 hours of work before job 18, over 4 slots: 4.25 h.
    expect(planOf('deadline', { p90: 7_200 }, { pending, hosts })).toEqual([
      '3 uml: nine of ten jobs would start after 255 min, not 120 min',
    ]);
    expect(planOf('deadline', { p90: 15_300 }, { pending, hosts })).toEqual([]);
  });

  it('budget-pacer lets pass what an even pace pays for, and one at a time towards the end', () => {
    const pools = [poolOf('uml', { price: 2 })];
    const pace = (spent: number, limit = 100) => {
      const [queue, pacer] = [
        makePolicy({ name: 'bin-pack', options: {} }),
        makePolicy({ name: 'budget-pacer', options: {} }),
      ];
      const period = { periodStart: NOW - 500, periodEnd: NOW + 500 };
      const budget = { spent, committed: 10, limit, ...period };
      const view = viewOf({ pending: jobsOf(20), pools, budget });
      const proposals = queue.plan && decide(queue, view).proposals;
      return decide({ ...pacer, plan: () => proposals ?? [] }, view).proposals.map(
        ({ count }) => count,
      );
    };
    expect(pace(0)).toEqual([10]);
    expect(pace(40)).toEqual([5]);
    expect(pace(50)).toEqual([]);
    expect(pace(500, 700)).toEqual([]);
    expect(pace(0, 0)).toEqual([]);
  });

  it('headroom keeps slots free', () => {
    const pools = [poolOf('uml', { live: 1 })];
    const view = { pools, nodes: [nodeOf('a')], hosts: [hostOf('node-a')] };
    expect(planOf('headroom', { slots: 4 }, view)).toEqual([
      '1 uml: 2 slots are free, 4 are to be',
    ]);
    expect(planOf('headroom', { slots: 2 }, view)).toEqual([]);
    expect(planOf('headroom', { slots: 2 }, { ...view, pending: jobsOf(2) })).toEqual([
      '1 uml: 0 slots are free, 2 are to be',
    ]);
  });

  it('schedule brings nodes up at its times, and limits them', () => {
    // NOW is a Sunday, 15:06 UTC.
    const rules = [{ when: '* 15 * * 0', min: 2, max: 3 }];
    expect(planOf('schedule', { rules }, {})).toEqual([
      '2 uml: the schedule wants 2 nodes at "* 15 * * 0"',
    ]);
    expect(planOf('schedule', { rules, timeZone: 'Europe/Zurich' }, {})).toEqual([]);
  });

  it('drift retires nodes of other settings', () => {
    const pools = [poolOf('uml', { specHash: 'b' })];
    const nodes = [nodeOf('a', { specHash: 'a' }), nodeOf('b', { specHash: 'b' })];
    expect(decide(drift(), viewOf({ pools, nodes })).stops).toEqual([
      {
        ...{ node: 'a', how: 'retire' },
        reason: 'the settings of its pool have changed since it was started',
      },
    ]);
  });
});
