import fc from 'fast-check';
import type { BatchHost } from '../../src/model/host.ts';
import type { Job } from '../../src/model/job.ts';
import type { Node } from '../../src/model/node.ts';
import type { PoolView } from '../../src/policy/policy.ts';
import type { PolicyView } from '../../src/policy/view.ts';

export const NOW = 1_750_000_000;

export function jobOf(id: number | string, more: Partial<Job> = {}): Job {
  return {
    id: String(id),
    ...{ state: 'pending', tasks: 1, slots: 1, hostCount: 1, features: [], hosts: [] },
    submitted: NOW - 60,
    ...more,
  };
}

export function jobsOf(count: number, more: Partial<Job> = {}): readonly Job[] {
  return Array.from({ length: count }, (_, i) => jobOf(i + 1, more));
}

export function poolOf(name: string, more: Partial<PoolView> = {}): PoolView {
  return {
    ...{ name, slots: 2, memory: 2 ** 31, features: [], maxNodes: 10, minNodes: 0, price: 0 },
    ...{ billingUnit: 1, maxLifetime: 604_800, live: 0, coming: 0, open: true },
    ...more,
  };
}

export function nodeOf(id: string, more: Partial<Node> = {}): Node {
  return {
    ...{ id, name: `vb-c-uml-${id}`, pool: 'uml', phase: 'ready', since: NOW - 1_000 },
    seat: { host: `node-${id}`, address: '10.8.0.101' },
    ...{ created: NOW - 1_200, readyAt: NOW - 1_000, idleSince: NOW - 1_000 },
    ...{ used: 0, specHash: 'a', startReason: 'jobs wait' },
    ...more,
  };
}

export function hostOf(name: string, more: Partial<BatchHost> = {}): BatchHost {
  return { name, state: 'up', slots: 2, used: 0, features: [], ...more };
}

export function viewOf(more: Partial<PolicyView> = {}): PolicyView {
  return {
    ...{ now: NOW, seed: 1, pending: [], running: [], hosts: [], nodes: [] },
    ...{ pools: [poolOf('uml')], history: {}, maxDelta: 20 },
    ...more,
  };
}

/** Some queue, cluster and nodes, small enough to be looked at. */
export const anyView: fc.Arbitrary<PolicyView> = fc
  .record({
    pending: fc.array(anyJob(), { maxLength: 30 }),
    pools: fc.array(anyPool(), { minLength: 1, maxLength: 3 }),
    hosts: fc.array(fc.nat(4), { maxLength: 4 }),
    maxDelta: fc.nat(20),
    budget: fc.option(anyBudget(), { nil: undefined }),
  })
  .map(({ pending, pools, hosts, maxDelta, budget }) =>
    viewOf({
      pending: pending.map((job, i) => ({ ...job, id: String(i) })),
      pools: pools.map((pool, i) => ({ ...pool, name: `pool${i}` })),
      hosts: hosts.map((used, i) => hostOf(`own${i}`, { slots: 4, used })),
      maxDelta,
      ...(budget !== undefined && { budget }),
    }),
  );

function anyJob(): fc.Arbitrary<Job> {
  return fc
    .record({
      slots: fc.integer({ min: 1, max: 8 }),
      hostCount: fc.constantFrom(1, 1, 1, 2),
      tasks: fc.constantFrom(1, 1, 5),
      waited: fc.nat(7_200),
      wallTime: fc.integer({ min: 1, max: 7_200 }),
      features: fc.constantFrom([], ['gpu']),
    })
    .map(({ waited, ...job }) => jobOf(0, { ...job, submitted: NOW - waited }));
}

function anyPool(): fc.Arbitrary<PoolView> {
  return fc
    .record({
      slots: fc.integer({ min: 1, max: 8 }),
      maxNodes: fc.nat(12),
      coming: fc.nat(3),
      price: fc.constantFrom(0, 0.1, 1),
      spot: fc.boolean(),
      open: fc.boolean(),
      features: fc.constantFrom([], ['gpu']),
    })
    .map((more) => poolOf('', { ...more, live: more.coming }));
}

function anyBudget() {
  return fc.record({
    spent: fc.nat(100),
    committed: fc.nat(50),
    limit: fc.nat(200),
    periodStart: fc.constant(NOW - 500),
    periodEnd: fc.constant(NOW + 500),
  });
}
