import { beforeEach, describe, expect, it } from 'vitest';
import type { BatchSystem } from '../../../src/batch/batch.ts';
import type { BatchHost } from '../../../src/model/host.ts';
import type { Pool } from '../../../src/model/pool.ts';
import { type Powered, powered } from '../../../src/orchestrator/power/powered.ts';
import { composed } from '../../../src/orchestrator/reload/composed.ts';
import type { PowerKind } from '../../../src/orchestrator/rows.ts';
import { memoryStore } from '../../../src/orchestrator/store/memory.ts';
import type { Store } from '../../../src/orchestrator/store/store.ts';
import { decide } from '../../../src/policy/decide.ts';
import { dummyCloud, NO_FAULTS } from '../../../src/provider/dummy.ts';
import type { Provider } from '../../../src/provider/provider.ts';

// The engine with a provider that starts nothing and a Slurm of two hosts; each cycle takes ten seconds.

let time: number;
let store: Store;
let provider: Provider;
let hosts: Map<string, BatchHost>;
let calls: string[];
let engine: Powered;
/** Until the orchestrator dies. */
let writesLeft: number;

const clock = {
  now: () => time,
  sleep: async (length: number) => {
    time += length;
  },
};

const pool: Pool = {
  ...{ name: 'p', slots: 1, memory: 2 ** 30, features: [], maxNodes: 2, minNodes: 0 },
  ...{ price: 0, billingUnit: 1, spot: false, maxLifetime: 1e6 },
};

beforeEach(() => {
  time = 1_000;
  let count = 0;
  const random = {
    bytes: (length: number) => {
      count += 1;
      return new Uint8Array(length).fill(count);
    },
    number: () => 0.5,
  };
  const cloud = dummyCloud({ clock, random, bootTime: 5, endTime: 5, faults: NO_FAULTS });
  provider = cloud.open('p');
  hosts = new Map();
  calls = [];
  const memory = memoryStore('c0ffee00-0000-4000-8000-000000000000');
  writesLeft = Number.POSITIVE_INFINITY;
  store = {
    ...memory,
    step: (epoch, work) => {
      writesLeft -= 1;
      if (writesLeft < 0) throw new Error('killed');
      return memory.step(epoch, work);
    },
  };
  open = () => {
    const policy = composed([]);
    const decider = { id: 'slurm', decide: async (view: never) => decide(policy, view) };
    const files = () => new Map();
    const setup = { pool, provider, specHash: 'h', files };
    return powered({
      ...{ clock: { ...clock, sleep: () => new Promise(() => undefined) }, random, batch },
      ...{ pools: [setup], store, policy: decider as never },
      seats: ['n1', 'n2', 'n3'].map((host, i) => ({ host, address: `10.8.0.${i + 1}` })),
      limits: { orphanGrace: 1, terminateRetry: 1 },
    });
  };
  engine = open();
});

let open: () => Powered;

const batch: BatchSystem = {
  ...{ kind: 'slurm', name: 'slurm', close: async () => undefined, check: async () => [] },
  snapshot: async () => ({ taken: time, jobs: [], hosts: new Map(hosts) }),
  add: async () => undefined,
  cordon: async (name) => void calls.push(`cordon ${name}`),
  uncordon: async (name) => void calls.push(`uncordon ${name}`),
  remove: async () => undefined,
  forceRemove: async (name) => {
    calls.push(`force ${name}`);
    return [];
  },
};

const ask = (kind: PowerKind, node: string, jobs?: readonly string[]): number =>
  store.request({ at: time, kind, node, by: 'Slurm', ...(jobs && { jobs }) });

async function cycles(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await engine.cycle();
    time += 10;
  }
}

const phases = (): readonly string[] =>
  store.read().nodes.map(({ seat, phase }) => `${seat.host} ${phase}`);

const up = (name: string): void =>
  void hosts.set(name, { name, state: 'up', slots: 1, used: 0, features: [] });

describe('powered()', () => {
  it('starts a node where Slurm asks for one, and ends it when Slurm asks for that', async () => {
    const first = ask('resume', 'n2', ['7', '8']);
    await cycles(1);
    expect(phases()).toEqual([]);
    await cycles(1);
    expect(phases()).toEqual(['n2 booting']);
    const [row] = store.read().nodes;
    expect(store.answer(first)).toBe(`planned ${row?.name}`);
    expect(row).toMatchObject({ forJobs: ['7', '8'], startReason: 'Slurm asked for it' });
    expect(store.journal({ job: '7' })).toMatchObject([{ kind: 'start', node: row?.id }]);
    up('n2');
    await cycles(1);
    expect(phases()).toEqual(['n2 ready']);

    // A host that is powered down is listed no more.
    hosts.delete('n2');
    ask('suspend', 'n2');
    await cycles(8);
    expect(phases()).toEqual([]);
    expect((await provider.list()).instances).toEqual([]);
    expect(store.find(row?.name ?? '')).toMatchObject({
      phase: 'gone',
      evidence: { kind: 'drained' },
      note: 'Slurm asked for it',
    });
  });

  it('ends nothing that still takes jobs, whatever was asked for', async () => {
    await cycles(1);
    ask('resume', 'n1');
    await cycles(1);
    up('n1');
    await cycles(1);
    ask('suspend', 'n1');
    await cycles(6);
    expect(phases()).toEqual(['n1 draining']);
    expect(calls).toContain('cordon n1');
    expect((await provider.list()).instances).toMatchObject([{ state: 'running' }]);
  });

  it('does no harm when asked again, and obeys what was asked for last', async () => {
    await cycles(1);
    const [early, late] = [ask('resume', 'n1'), ask('resume', 'n1')];
    const [over, end] = [ask('resume', 'n2'), ask('suspend', 'n2')];
    await cycles(1);
    expect(phases()).toEqual(['n1 booting']);
    const again = ask('resume', 'n1');
    await cycles(1);
    const { name } = store.read().nodes[0] ?? {};
    expect([early, late, over, end, again].map((id) => store.answer(id))).toEqual([
      'something else was asked for after it',
      `planned ${name}`,
      'something else was asked for after it',
      'no node is there',
      `${name} is there`,
    ]);
  });

  it('gives a place to a new node once the old one is gone', async () => {
    await cycles(1);
    ask('resume', 'n1');
    await cycles(1);
    const [old] = store.read().nodes;
    ask('fail', 'n1');
    await cycles(1);
    const waiting = ask('resume', 'n1');
    await cycles(1);
    expect(store.answer(waiting)).toBeUndefined();
    await cycles(6);
    expect(store.find(old?.name ?? '')).toMatchObject({
      phase: 'gone',
      evidence: { kind: 'forced', by: 'Slurm' },
    });
    expect(phases()).toEqual(['n1 booting']);
    expect(store.answer(waiting)).toMatch(/^planned /);
  });

  it('starts no more than the pool has, and gives up after a time', async () => {
    await cycles(1);
    const [, , third] = [ask('resume', 'n1'), ask('resume', 'n2'), ask('resume', 'n3')];
    const unknown = ask('resume', 'n9');
    await cycles(2);
    expect(phases()).toEqual(['n1 booting', 'n2 booting']);
    expect(store.answer(third)).toBeUndefined();
    expect(store.answer(unknown)).toBe('no seat has that name');
    time += 3_600;
    await cycles(1);
    expect(store.answer(third)).toBe('there was no room for it in time');
  });

  it('tells Slurm that a host may be resumed again, and stops trying when ten in a row fail', async () => {
    await cycles(1);
    for (let i = 0; i < 10; i += 1) {
      const failed = ask('fail', 'n1');
      await cycles(1);
      expect(store.answer(failed)).toBe('no node is there');
    }
    expect(calls).toEqual(Array.from({ length: 10 }, () => 'force n1'));
    const [first, second] = [ask('resume', 'n1'), ask('resume', 'n2')];
    await cycles(1);
    expect(phases()).toEqual([]);
    time += 600;
    await cycles(1);
    expect(phases()).toEqual(['n1 booting']);
    expect(store.answer(first)).toMatch(/^planned /);
    expect(store.answer(second)).toBeUndefined();
    up('n1');
    await cycles(2);
    expect(phases()).toEqual(['n1 ready', 'n2 booting']);
  });

  it('goes on after a crash: what was written down is asked for again', async () => {
    await cycles(1);
    ask('resume', 'n1', ['7']);
    // It dies after the node is planned, before the engine has written anything.
    writesLeft = 2;
    await expect(engine.cycle()).rejects.toThrow('killed');
    expect(phases()).toEqual(['n1 planned']);
    writesLeft = Number.POSITIVE_INFINITY;
    engine = open();
    await cycles(2);
    expect(store.read().nodes).toMatchObject([
      { phase: 'booting', seat: { host: 'n1' }, forJobs: ['7'] },
    ]);
    expect((await provider.list()).instances).toHaveLength(1);
  });
});
