import { describe, expect, it } from 'vitest';
import { decide } from '../../../src/policy/decide.ts';
import { BasePolicy, definePolicy } from '../../../src/policy/define.ts';
import type { PolicyContext } from '../../../src/policy/policy.ts';
import { hostOf, jobOf, jobsOf, NOW, nodeOf, poolOf, viewOf } from '../../kit/policy-view.ts';

const quiet = definePolicy({ name: 'quiet' });

describe('decide()', () => {
  it('takes every job that fits a pool for a candidate, and tells why another is none', () => {
    const pending = [jobOf(1), jobOf(2, { slots: 3 }), jobOf(3, { features: ['gpu'] })];
    expect(decide(quiet, viewOf({ pending }))).toEqual({
      policy: 'quiet@0',
      refused: [
        { job: '2', reason: 'no pool fits: it needs 3 slots on 1 hosts' },
        { job: '3', reason: 'no pool fits: it needs 1 slots on 1 hosts, gpu' },
      ],
      candidates: 1,
      unserved: ['1'],
      proposals: [],
      stops: [],
      kept: [],
    });
  });

  it('counts free slots that jobs can use, and coming nodes once', () => {
    const view = viewOf({
      pending: jobsOf(9),
      hosts: [
        hostOf('free', { slots: 4, used: 1 }),
        hostOf('down', { state: 'down' }),
        hostOf('cordoned', { cordon: { ours: false } }),
        hostOf('node-x'),
      ],
      nodes: [nodeOf('x', { phase: 'draining' }), nodeOf('y', { phase: 'booting' })],
      pools: [poolOf('uml', { live: 2, coming: 1 })],
    });
    expect(decide(quiet, view).unserved).toEqual(['6', '7', '8', '9']);
  });

  it('sees no room on hosts of other queues', () => {
    const hosts = [hostOf('other', { queues: ['static'] })];
    const pending = [jobOf(1, { queue: 'elastic' }), jobOf(2, { queue: 'static' })];
    expect(decide(quiet, viewOf({ pending, hosts })).unserved).toEqual(['1']);
  });

  it('lets no node start for a job that asks for a queue which no node is in', () => {
    const pools = [poolOf('uml', { queues: ['burst.q'] })];
    const asked = ['burst.q', 'b*', 'long.q,burst.q', 'burst.q@@all', 'long.q', 'burst.q@master'];
    const pending = asked.map((queue, i) => jobOf(i, { queue }));
    expect(decide(quiet, viewOf({ pending, pools })).refused).toEqual([
      { job: '4', reason: 'no pool fits: it needs 1 slots on 1 hosts, the queue long.q' },
      { job: '5', reason: 'no pool fits: it needs 1 slots on 1 hosts, the queue burst.q@master' },
    ]);
  });

  it('finds the one host that a job asks for', () => {
    const queues = ['main.q'];
    const hosts = [hostOf('master', { queues }), hostOf('other', { queues })];
    const pending = [1, 2, 3].map((id) => jobOf(id, { queue: 'main.q@master' }));
    expect(decide(quiet, viewOf({ pending, hosts })).unserved).toEqual(['3']);
  });

  it('counts free slots of other queues for nothing', () => {
    const free: number[] = [];
    const counting = definePolicy({
      name: 'counting',
      plan({ freeSlots }) {
        free.push(freeSlots);
        return [];
      },
    });
    const hosts = [
      hostOf('static', { slots: 8, queues: ['static'] }),
      hostOf('node-x', { queues: ['elastic'] }),
    ];
    const nodes = [nodeOf('x')];
    for (const pending of [[], [jobOf(1, { queue: 'elastic' })], [jobOf(1)]]) {
      decide(counting, viewOf({ hosts, nodes, pending }));
    }
    decide(counting, viewOf({ hosts, pools: [poolOf('uml', { queues: ['static'] })] }));
    expect(free).toEqual([2, 2, 10, 8]);
  });

  it('sees no room on a node whose life ends before the job may', () => {
    const pools = [poolOf('uml', { maxLifetime: 7_200, live: 1 })];
    const hosts = [hostOf('node-x')];
    const jobs = [jobOf('short', { wallTime: 3_600 }), jobOf('long', { wallTime: 3_601 })];
    const at = (age: number, readyAt: number) =>
      decide(
        quiet,
        viewOf({
          ...{ pending: jobs, pools, hosts },
          nodes: [nodeOf('x', { created: NOW - age, readyAt: NOW - readyAt })],
        }),
      ).unserved;
    expect(at(3_600, 3_000)).toEqual(['long']);
    expect(at(3_601, 3_000)).toEqual(['short', 'long']);
    // One that has just come up is there for the job that it was started for.
    expect(at(6_000, 300)).toEqual([]);
  });

  it('starts no node for a job that may run for longer than nodes live', () => {
    const pools = [poolOf('uml', { maxLifetime: 7_200 })];
    const pending = [jobOf(1, { wallTime: 7_200 }), jobOf(2, { wallTime: 7_201 })];
    expect(decide(quiet, viewOf({ pending, pools })).refused).toEqual([
      { job: '2', reason: "no pool fits: it needs 1 slots on 1 hosts, 7201 s of a node's life" },
    ]);
  });

  it('asks for one more node after the other until the answer is no', () => {
    const one = decide(new BasePolicy(), viewOf({ pending: jobsOf(5) }));
    expect(one.proposals).toEqual([
      { pool: 'uml', count: 1, forJobs: [], reason: '5 jobs have no room' },
      { pool: 'uml', count: 1, forJobs: [], reason: '3 jobs have no room' },
      { pool: 'uml', count: 1, forJobs: [], reason: '1 jobs have no room' },
    ]);
    const few = decide(new BasePolicy(), viewOf({ pending: jobsOf(5), maxDelta: 2 }));
    expect(few.proposals).toHaveLength(2);
  });

  it('obeys a class that overrides one answer', () => {
    class Mine extends BasePolicy {
      override isCloudCandidate({ user }: { user?: string }, _: PolicyContext): boolean {
        return user === 'anna';
      }
    }
    const pending = [jobOf(1, { user: 'anna' }), jobOf(2, { user: 'bert' })];
    const { policy, refused, candidates } = decide(new Mine(), viewOf({ pending }));
    expect({ policy, refused, candidates }).toEqual({
      policy: 'Mine@0',
      refused: [{ job: '2', reason: 'Mine says no' }],
      candidates: 1,
    });
  });

  it('ends idle nodes in their order, none that is held, busy or must stay', () => {
    const nodes = [
      nodeOf('held', { heldUntil: NOW + 9 }),
      nodeOf('old', { created: NOW - 9_000 }),
      nodeOf('new', { created: NOW - 1_000 }),
      nodeOf('kept', { specHash: 'kept' }),
      nodeOf('coming', { phase: 'joining' }),
    ].concat({ ...busy(), id: 'busy' });
    const policy = definePolicy({
      name: 'p',
      canVmBeStopped: () => true,
      mustVmBeKept: ({ specHash }) => specHash === 'kept',
      rankStop: (a, b) => b.created - a.created,
    });
    const { stops, kept } = decide(policy, viewOf({ nodes }));
    expect(stops).toEqual([
      { node: 'new', how: 'stop', reason: 'p says yes' },
      { node: 'old', how: 'stop', reason: 'p says yes' },
    ]);
    expect(kept.map(({ node, reason }) => `${node}: ${reason}`)).toEqual([
      'held: an operator holds it',
      'kept: p says yes',
      'busy: 1 of its slots are in use',
    ]);
  });

  it('retires a node that runs jobs', () => {
    const policy = definePolicy({ name: 'p', canVmBeRetired: () => true });
    expect(decide(policy, viewOf({ nodes: [busy()] })).stops).toEqual([
      { node: 'b', how: 'retire', reason: 'p says yes' },
    ]);
  });

  it('tells of a policy that throws, or proposes what there is not', () => {
    const broken = definePolicy({
      name: 'broken',
      plan() {
        throw new TypeError('x is undefined');
      },
    });
    expect(() => decide(broken, viewOf())).toThrow(
      'Cannot decide by policy "broken": x is undefined',
    );
    for (const [pool, count, words] of [
      ['gone', 1, 'it proposed nodes of "gone", which is no pool'],
      ['uml', 0.5, 'it proposed 0.5 nodes of "uml"'],
    ] as const) {
      const plan = () => [{ pool, count, forJobs: [], reason: '' }];
      expect(() => decide(definePolicy({ name: 'p', plan }), viewOf())).toThrow(
        `Cannot decide by policy "p": ${words}`,
      );
    }
  });
});

function busy() {
  const { idleSince: _, ...node } = nodeOf('b', { used: 1 });
  return node;
}
