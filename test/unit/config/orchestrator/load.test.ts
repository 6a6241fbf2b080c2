import { describe, expect, it } from 'vitest';
import { defineOrchestrator } from '../../../../src/config/orchestrator/define.ts';
import {
  checkOrchestrator,
  parseOrchestratorFile,
} from '../../../../src/config/orchestrator/load.ts';
import { BasePolicy } from '../../../../src/policy/define.ts';
import { idleFor } from '../../../../src/policy/idle-for.ts';

const SMALL = `
batch: {kind: gridengine, qmaster: master}
seats: {hosts: "node[001-002]", from: 10.8.0.101, network: 10.8.0.0/24}
machines: {master: 10.8.0.1}
pools:
  - name: local
    provider: {kind: uml, image: node.img, memory: 512M}
    memory: 480M
    max-nodes: 2
    billing-unit: 1h
policies:
  - queue-length: {per-node: 2}
  - schedule: {rules: [{when: "* 8-17 * * 1-5", min: 1}], time-zone: Europe/Zurich}
  - drift:
  - idle
limits: {max-delta: 3, interval: 20s}
`;

const REST = {
  vpn: { kind: 'none' },
  listener: { port: 8_270 },
  machines: { master: '10.8.0.1' },
};

const POOL = {
  ...{ name: 'local', slots: 1, memory: 480 * 2 ** 20, features: [], maxNodes: 2, minNodes: 0 },
  ...{ price: 0, billingUnit: 3_600, spot: false, maxLifetime: 604_800 },
  provider: { kind: 'uml', image: '/srv/node.img', memory: 2 ** 29 },
};

const SEATS = {
  network: '10.8.0.0/24',
  seats: [
    { host: 'node001', address: '10.8.0.101' },
    { host: 'node002', address: '10.8.0.102' },
  ],
};

describe("an orchestrator's file", () => {
  it('in YAML says everything, the rest has defaults, and paths are seen from it', () => {
    expect(parseOrchestratorFile(SMALL, '/srv/burst.yaml')).toEqual({
      ...REST,
      state: '/srv/apppot-state',
      batch: { kind: 'gridengine', qmaster: 'master', cell: 'default', queue: 'all.q' },
      seats: SEATS,
      pools: [POOL],
      policies: [
        { name: 'queue-length', options: { perNode: 2 } },
        {
          name: 'schedule',
          options: { rules: [{ when: '* 8-17 * * 1-5', min: 1 }], timeZone: 'Europe/Zurich' },
        },
        { name: 'drift', options: {} },
        { name: 'idle', options: {} },
      ],
      limits: { maxDelta: 3, interval: 20 },
    });
  });

  it('in TypeScript says the same, with policies as objects, classes and names', () => {
    class Mine extends BasePolicy {}
    const idle = idleFor({ time: 60 });
    const options = defineOrchestrator({
      batch: { kind: 'gridengine', qmaster: 'master' },
      seats: { hosts: 'node[001-002]', from: '10.8.0.101', network: '10.8.0.0/24' },
      machines: { master: '10.8.0.1' },
      pools: [
        {
          ...{ name: 'local', memory: '480M', maxNodes: 2, billingUnit: '1h' },
          provider: { kind: 'uml', image: 'node.img', memory: '512M' },
        },
      ],
      policies: [idle, Mine, 'bin-pack'],
    });
    const { policies, ...rest } = checkOrchestrator(options, '/srv/burst.ts');
    expect(rest).toEqual({
      ...REST,
      state: '/srv/apppot-state',
      batch: { kind: 'gridengine', qmaster: 'master', cell: 'default', queue: 'all.q' },
      ...{ seats: SEATS, pools: [POOL], limits: {} },
    });
    expect(policies).toEqual([idle, new Mine(), { name: 'bin-pack', options: {} }]);
  });

  it('is told all its mistakes at once, with line, what was found, and what was meant', () => {
    const text = `
batch: {kind: gridengine, qmastr: m, via: "a b"}
pools:
  - name: Local_Pool
    provider: {kind: uml, image: node.img, memmory: 512M, network: wifi}
    slots: 0
    memory: lots
    max-nodes: 2
    min-nodes: 3
  - {name: two, provider: {kind: umll}, memory: 1G, max-nodes: 2}
  - {name: two, provider: {kind: dummy}, memory: 1G, max-nodes: 2}
seats: {hosts: "node[1-300]", from: 10.8.0.101, network: 10.8.0.0/24}
vpn: {kind: openvpn, server: head, port: 99999}
listner: {}
policies:
  - quue-length: {per-node: 2}
  - idle: {time: soon}
  - bin-pack: {pools: [twoo]}
  - budget-pacer
  - schedule: {rules: [{when: "never"}]}
    drift:
limits: {max-delta: 0}
`;
    expect(() => parseOrchestratorFile(text, 'burst.yaml')).toThrowErrorMatchingInlineSnapshot(`
      [ConfigError: Cannot use "burst.yaml": 21 mistakes
        line 2: batch.via: expected an ssh destination such as root@head, found "a b"
        line 2: batch.qmaster: missing: expected the name of the qmaster, as nodes know it
        line 2: batch.qmastr: unknown setting; did you mean "qmaster"?
        line 4: pools[0].name: expected at most 16 lower-case letters, digits and dashes, found "Local_Pool"
        line 5: pools[0].provider.network: expected auto, slirp4netns or slirp, found "wifi"
        line 5: pools[0].provider.memmory: unknown setting; did you mean "memory"?
        line 6: pools[0].slots: expected a whole number from 1 on, found 0
        line 7: pools[0].memory: expected a size such as 512M or 2G, found "lots"
        line 9: pools[0].min-nodes: expected at most max-nodes: 2, found 3
        line 10: pools[1].provider.kind: expected one of uml, ssh, arc, slurm, gridengine, dummy, found "umll"; did you mean "uml"?
        line 11: pools[2].name: expected each name once, found "two" again
        line 12: seats.from: expected 300 addresses inside 10.8.0.0/24, found 10.8.0.101 to 10.8.1.144
        line 13: vpn.port: expected a port from 1 to 65535, found 99999
        line 14: listner: unknown setting; did you mean "listener"?
        line 16: policies[0].quue-length: unknown setting; did you mean "queue-length"?
        line 17: policies[1].idle.time: expected a time such as 90s, 10m or 2h, found "soon"
        line 18: policies[2].bin-pack.pools[0]: there is no pool "twoo"; did you mean "two"?
        line 19: policies[3].budget-pacer: expected a budget to pace, found none
        line 20: policies[4].schedule.rules[0].when: expected times as cron has them, such as "* 8-17 * * 1-5", found "never"
        line 20: policies[4]: expected one policy in each entry: begin another with "-"
        line 22: limits.max-delta: expected a whole number from 1 on, found 0]
    `);
  });

  it('names no policies where Slurm decides, and one pool; elsewhere at least one', () => {
    const pool = '{name: a, memory: 1G, max-nodes: 2, provider: {kind: dummy}}';
    const seats = 'seats: {hosts: "node[001-002]", from: 10.8.0.101, network: 10.8.0.0/24}';
    const file = (batch: string, ...more: readonly string[]) =>
      [`batch: {kind: slurm${batch}}`, seats, ...more].join('\n');
    const power = ', power-saving: true';
    const good = parseOrchestratorFile(file(power, `pools: [${pool}]`), 'power.yaml');
    expect(good).toMatchObject({ batch: { powerSaving: true }, policies: [] });
    const two = `pools: [${pool}, {name: b, memory: 1G, max-nodes: 2, min-nodes: 1, provider: {kind: dummy}}]`;
    expect(() =>
      parseOrchestratorFile(file(power, two, 'policies: [idle]'), 'power.yaml'),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ConfigError: Cannot use "power.yaml": 3 mistakes
        line 3: pools: expected one pool with power-saving, found 2
        line 3: pools[1].min-nodes: expected none: with power-saving it is Slurm that decides
        line 4: policies: expected none: with power-saving it is Slurm that decides]
    `);
    expect(() =>
      parseOrchestratorFile(file('', `pools: [${pool}]`), 'power.yaml'),
    ).toThrowErrorMatchingInlineSnapshot(`
      [ConfigError: Cannot use "power.yaml": 1 mistake
        line 1: policies: expected at least one policy, such as bin-pack and idle]
    `);
  });

  it('in TypeScript is told them by the names it has there', () => {
    const said = {
      pools: [{ name: 'a', maxNodes: -1, provder: 1, minnodes: 2 }],
      policies: [7, { plan: 1, name: 'x' }],
      budget: { limit: 'all' },
    };
    expect(() => checkOrchestrator(said, 'burst.ts')).toThrowErrorMatchingInlineSnapshot(`
      [ConfigError: Cannot use "burst.ts": 13 mistakes
        batch: missing: expected a mapping with "kind"
        pools[0].provider: missing: expected a mapping with "kind"
        pools[0].memory: missing: expected a size such as 512M or 2G
        pools[0].maxNodes: expected a whole number from 0 on, found -1
        pools[0].provder: unknown setting; did you mean "provider"?
        pools[0].minnodes: unknown setting; did you mean "minNodes"?
        seats: missing: expected a mapping of settings
        policies[0]: expected a mapping of settings, found 7
        policies[1].plan: unknown setting
        policies[1].name: unknown setting
        budget.limit: expected an amount of money from 0 on, found "all"
        budget: expected a pool with a price: it cannot limit what costs nothing
        policies[1]: expected one policy in each entry: begin another with "-"]
    `);
    expect(() => checkOrchestrator(undefined, 'burst.ts')).toThrow(
      'Cannot use "burst.ts": 1 mistake\n  missing: expected a mapping of settings',
    );
  });
});
