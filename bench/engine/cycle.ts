/**
 * Cycles of an orchestrator with a long queue and many nodes; says as JSON how long each took, and how much memory
 * was needed at most.
 *
 * Usage: cycle.ts QSTAT-FILE NODES STORE
 *
 * @module
 */

import { createReadStream } from 'node:fs';
import { gridEngine } from '../../src/batch/gridengine/gridengine.ts';
import type { Host } from '../../src/host/host.ts';
import { systemClock } from '../../src/host/system-clock.ts';
import { systemRandom } from '../../src/host/system-random.ts';
import type { Pool } from '../../src/model/pool.ts';
import { orchestrator } from '../../src/orchestrator/orchestrator.ts';
import type { NodeRow } from '../../src/orchestrator/rows.ts';
import { sqliteStore } from '../../src/orchestrator/store/sqlite.ts';
import { binPack } from '../../src/policy/bin-pack.ts';
import { direct } from '../../src/policy/decide.ts';
import { idleFor } from '../../src/policy/idle-for.ts';
import { pipeline } from '../../src/policy/pipeline.ts';
import type { Instance, Provider } from '../../src/provider/provider.ts';

const [file = '', nodeCount = '1000', storePath = ''] = process.argv.slice(2);
const controller = '6f1d2c3b-0000-4000-8000-000000000001';
const now = systemClock.now();

const pool: Pool = {
  ...{ name: 'small', slots: 4, memory: 2 ** 34, features: [], price: 1, billingUnit: 1 },
  ...{ maxNodes: 2 * Number(nodeCount), minNodes: 0, maxLifetime: 7 * 86_400 },
};

const rows = Array.from({ length: Number(nodeCount) }, (_, index): NodeRow => {
  const id = `node${String(index).padStart(8, '0')}`;
  const host = `node${String(index).padStart(4, '0')}`;
  return {
    ...{ id, name: `vb-6f1d2c-small-${id}`, pool: 'small', phase: 'ready', since: now, used: 0 },
    ...{ created: now - 3_600, seat: { host, address: '10.8.1.1' }, specHash: 'v1', instance: id },
    ...{ startReason: 'jobs wait', price: 1, billingUnit: 1, maxLifetime: pool.maxLifetime },
    ...{ reserved: 1, forJobs: ['17'], probe: false, adopted: false, tokens: [], leases: [] },
    ...{ asked: 1, firstAsked: now - 3_600, lastAsked: now - 3_600, missing: 0, readyAt: now },
  };
});

/** Prints what was recorded; all else is answered as by a cluster without anything special. */
const host: Host = {
  name: 'recorded',
  run: async () => ({ stdout: '', stderr: '' }),
  stream: () => createReadStream(file),
};

const provider: Provider = {
  ...{ kind: 'dummy', name: 'cloud', check: async () => [], close: async () => undefined },
  create: async ({ name }) => name,
  terminate: async () => undefined,
  list: async () => ({
    ...{ taken: systemClock.now(), complete: true },
    instances: rows.map(({ id, name, seat, created, specHash }): Instance => {
      const tags = { controller, pool: 'small', node: id, specHash, created, seat };
      return { id, name, tags, state: 'running' };
    }),
  }),
};

const store = sqliteStore(storePath, { controller });
const batch = gridEngine({ host, queue: 'main.q', now: systemClock.now });
store.step(store.claim(), (step) => {
  for (const row of rows) step.putNode(row);
});
let acted = 0n;
const { cycle } = orchestrator({
  onCycle: () => {
    acted = process.hrtime.bigint();
  },
  ...{ clock: systemClock, random: systemRandom, batch, store },
  policy: direct(pipeline(binPack(), idleFor())),
  pools: [{ pool, provider, specHash: 'v1', files: () => new Map() }],
  seats: Array.from({ length: 5_000 }, (_, index) => ({ host: `seat${index}`, address: '' })),
});

const seconds: number[] = [];
const recorded: number[] = [];
const cpu: number[] = [];
let [created, news] = [0, 0];
for (let round = 0; round < 4; round += 1) {
  const began = process.hrtime.bigint();
  const before = process.cpuUsage();
  const report = await cycle();
  seconds.push(Number(acted - began) / 1e9);
  recorded.push(Number(process.hrtime.bigint() - acted) / 1e9);
  cpu.push(cpuSince(before));
  if (report.troubles.length > 0) throw new Error(report.troubles.join('; '));
  news += report.news.length;
  created = store.read().nodes.length - rows.length;
}
const parsing = process.hrtime.bigint();
const beforeParsing = process.cpuUsage();
const { jobs } = await batch.snapshot();
const parsed = Number(process.hrtime.bigint() - parsing) / 1e9;
const parsedCpu = cpuSince(beforeParsing);
const peak = process.resourceUsage().maxRSS * 1_024;
process.stdout.write(
  `${JSON.stringify({ jobs: jobs.length, seconds, recorded, cpu, parsed, parsedCpu, peak, created, news })}\n`,
);
store.close();

function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
