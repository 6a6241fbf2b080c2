import { describe, expect, it } from 'vitest';
import { billingBoundary } from '../../../src/policy/billing-boundary.ts';
import { coolDown } from '../../../src/policy/cool-down.ts';
import { decide } from '../../../src/policy/decide.ts';
import { expireAfter } from '../../../src/policy/expire-after.ts';
import { headroom } from '../../../src/policy/headroom.ts';
import { idleFor } from '../../../src/policy/idle-for.ts';
import { pipeline } from '../../../src/policy/pipeline.ts';
import type { Policy } from '../../../src/policy/policy.ts';
import { schedule } from '../../../src/policy/schedule.ts';
import { utilisation } from '../../../src/policy/utilisation.ts';
import type { PolicyView } from '../../../src/policy/view.ts';
import { hostOf, NOW, nodeOf, poolOf, viewOf } from '../../kit/policy-view.ts';

function stopsOf(policy: Policy, view: Partial<PolicyView>): string[] {
  const { stops, kept } = decide(policy, viewOf(view));
  return [
    ...stops.map(({ node, how, reason }) => `${how} ${node}: ${reason}`),
    ...kept.map(({ node, reason, notBefore }) =>
      notBefore === undefined
        ? `keep ${node}: ${reason}`
        : `keep ${node}: ${reason} (${notBefore - NOW} s)`,
    ),
  ];
}

describe('the policy', () => {
  it('idle ends nodes that have run nothing for a time', () => {
    const nodes = [nodeOf('a', { idleSince: NOW - 600 }), nodeOf('b', { idleSince: NOW - 599 })];
    expect(stopsOf(idleFor(), { nodes })).toEqual([
      'stop a: idle for 600 s',
      'keep b: idle for 599 s, not 600 s yet (1 s)',
    ]);
  });

  it('billing-boundary uses what is paid for', () => {
    const pools = [poolOf('uml', { billingUnit: 3_600 })];
    const nodes = [
      nodeOf('young', { created: NOW - 3_600 - 60 }),
      nodeOf('due', { created: NOW - 7_200 + 300 }),
    ];
    expect(stopsOf(billingBoundary(), { nodes, pools })).toEqual([
      'stop due: idle, and the next 3600 s are charged in 300 s',
      'keep young: it is paid for 3540 s more (3240 s)',
    ]);
    expect(stopsOf(billingBoundary(), { nodes: [nodeOf('any')] })).toEqual([
      'stop any: idle, and charged by 1 s',
    ]);
  });

  it('expiry retires nodes of an age', () => {
    const nodes = [nodeOf('old', { created: NOW - 900 }), nodeOf('new', { created: NOW - 800 })];
    expect(stopsOf(expireAfter({ age: 900 }), { nodes })).toEqual([
      'retire old: 900 s old, 900 s are the most',
      'keep new: no policy ends nodes',
    ]);
    const pools = [poolOf('uml', { maxLifetime: 850 })];
    expect(stopsOf(expireAfter(), { nodes, pools })).toEqual([
      'retire old: 900 s old, 850 s are the most',
      'keep new: no policy ends nodes',
    ]);
  });

  it('utilisation ends nodes until enough of them is in use', () => {
    const nodes = [nodeOf('a'), nodeOf('b'), nodeOf('c', { used: 2 })];
    const pools = [poolOf('uml', { live: 3 })];
    expect(stopsOf(utilisation(), { nodes, pools })).toEqual([
      'stop a: 33 % of our slots are in use',
      'keep b: 50 % of our slots are in use, not below 50 %',
      'keep c: 50 % of our slots are in use, not below 50 %',
    ]);
  });
});

describe('pipeline()', () => {
  const nodes = ['a', 'b', 'c'].map((id) => nodeOf(id));
  const hosts = nodes.map(({ seat }) => hostOf(seat.host));
  const pools = [poolOf('uml', { live: 3 })];

  it('ends what one policy would end, unless another keeps it', () => {
    const view = { nodes, hosts, pools };
    expect(stopsOf(pipeline(idleFor(), headroom({ slots: 4 })), view)).toEqual([
      'stop a: idle for 1000 s',
      'keep b: 4 slots are to stay free',
      'keep c: 4 slots are to stay free',
    ]);
    const rules = [{ when: '* * * * *', min: 2 }];
    expect(stopsOf(pipeline(schedule({ rules }), idleFor()), view)).toEqual([
      'stop a: idle for 1000 s',
      'keep b: the schedule wants 2 nodes now',
      'keep c: the schedule wants 2 nodes now',
    ]);
    expect(stopsOf(pipeline(idleFor(), coolDown({ time: 2_000 })), view)).toEqual(
      ['a', 'b', 'c'].map((id) => `keep ${id}: a node was started 1200 s ago (800 s)`),
    );
  });

  it('tells why of every policy, and when to ask again', () => {
    const waiting = pipeline(idleFor({ time: 2_000 }), billingBoundary());
    const hourly = [poolOf('uml', { billingUnit: 3_600 })];
    expect(stopsOf(waiting, { nodes: [nodeOf('a')], pools: hourly })).toEqual([
      'keep a: idle for 1000 s, not 2000 s yet; it is paid for 2400 s more (1000 s)',
    ]);
  });
});
