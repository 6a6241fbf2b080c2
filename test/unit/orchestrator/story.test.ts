import { expect, it } from 'vitest';
import { audit } from '../../../src/orchestrator/audit.ts';
import { explainJob, explainNode } from '../../../src/orchestrator/explain.ts';
import { makePlan } from '../../../src/orchestrator/plan/plan.ts';
import { readRecord, replayPlan } from '../../../src/orchestrator/record.ts';
import { memoryStore } from '../../../src/orchestrator/store/memory.ts';
import { binPack } from '../../../src/policy/bin-pack.ts';
import { decide } from '../../../src/policy/decide.ts';
import { idleFor } from '../../../src/policy/idle-for.ts';
import { pipeline } from '../../../src/policy/pipeline.ts';
import { cloud } from '../../kit/world/cloud.ts';
import { isAlive } from '../../kit/world/machine.ts';
import { own, submit, worldOf } from '../../kit/world/proofs.ts';
import { UUID } from '../../kit/world/run.ts';
import { fakeVpn } from '../../kit/world/vpn.ts';

it('explainNode() tells why a node was started and ended, with the proof', async () => {
  const world = worldOf({ record: 100 });
  submit(world, 1, 300);
  world.startOrchestrator();
  await world.pass(2_000);
  const [row] = world.store.all();
  const story = explainNode(world.store, row?.name ?? '');
  expect(story).toMatchObject({
    started: '1 waiting jobs need 1 nodes of "small"',
    jobs: ['1'],
    evidence: { kind: 'drained' },
  });
  expect(story.ended).toMatch(/^idle: idle for \d+ s$/);
  expect(story.entries.map(({ text }) => text.split(':')[0])).toEqual([
    `planned ${row?.name} on node2`,
    ...['booting', 'it reported ready', 'joining', 'ready', 'cordoning', 'draining', 'drained'],
    ...['removing', 'terminating', 'gone'],
  ]);
  expect(JSON.stringify(story)).not.toContain('tokens');
  expect(() => explainNode(world.store, 'vb-none')).toThrow('no node has that name');
});

it('an instance carries whose it is, and until when anybody may want it', async () => {
  const world = worldOf({});
  submit(world, 1, 3_000);
  world.startOrchestrator();
  await world.pass(300);
  const [row] = world.store.all();
  const [machine] = own(world);
  expect(machine?.tags).toEqual({
    ...{ controller: UUID, owner: 'root@head', pool: 'small', node: row?.id, seat: row?.seat },
    ...{ specHash: 'v1', created: row?.created, expires: (row?.created ?? 0) + 7 * 86_400 },
  });
});

it('explainJob() tells what was started for a job, and why nothing is', async () => {
  const world = worldOf({ record: 100, limits: { maxDelta: 1 } });
  submit(world, 1, 3_000);
  submit(world, 1, 3_000, 8);
  world.startOrchestrator();
  await world.pass(300);
  expect(explainJob(world.store, '1').entries.map(({ kind }) => kind)).toEqual(['start']);
  expect(explainJob(world.store, '2')).toMatchObject({
    entries: [],
    last: { verdict: 'no pool fits: it needs 8 slots on 1 hosts' },
  });
  expect(explainJob(world.store, '99')).toEqual({ job: '99', entries: [] });
});

it('replayPlan() makes the same plan from a record, and the policy the same decision', async () => {
  const world = worldOf({
    record: 1_000,
    faults: { lostReply: 0.1, deadBoot: 0.3, noCapacity: 0.2 },
  });
  submit(world, 12, 400);
  world.startOrchestrator();
  await world.pass(3_000);
  const recorded = world.store.recorded();
  expect(recorded.length).toBeGreaterThan(20);
  const policy = pipeline(binPack(), idleFor({ time: 120 }));
  for (const { text, digest } of recorded) {
    const { input, view } = readRecord(text);
    const plan = replayPlan(text);
    expect(plan).toEqual(makePlan(input));
    const starts = world.store.journal({ limit: 100_000 }).filter((entry) => entry.look === digest);
    expect(starts.filter(({ kind }) => kind === 'start')).toHaveLength(plan.starts.length);
    const told = starts.filter(({ kind }) => kind !== 'start').map((entry) => entry.text);
    expect(told).toEqual(plan.entries.map((entry) => entry.text));
    if (view !== undefined) expect(decide(policy, view)).toEqual(input.decision);
  }
});

it('preview() says what would be done, and does nothing', async () => {
  const world = worldOf({});
  submit(world, 2, 300);
  const engine = world.engine(world.setup(world.clock));
  let count = -1;
  engine.preview().then(
    ({ starts }) => {
      count = starts.length;
    },
    () => undefined,
  );
  await world.pass(30);
  expect(count).toBe(2);
  expect(world.store.claim()).toBe(1);
  expect([world.store.all(), own(world)]).toEqual([[], []]);
});

it('requests of operators are obeyed: held, drained, and ended whatever runs', async () => {
  const world = worldOf({ idle: 60 });
  submit(world, 3, 1_200);
  world.startOrchestrator();
  await world.pass(400);
  const [one, two, three] = world.store.all().map(({ name }) => name);
  const at = world.clock.now();
  const ask = (kind: 'hold' | 'drain' | 'kill', node = '') =>
    world.store.request({
      at,
      kind,
      node,
      by: 'ada',
      ...(kind === 'hold' && { until: at + 5_000 }),
    });
  const asked = [ask('hold', one), ask('drain', two), ask('kill', three), ask('drain', 'vb-none')];
  await world.pass(40);
  expect(asked.map((id) => world.store.answer(id))).toEqual([
    ...['held', 'it drains', 'it will be ended, whatever runs on it'],
    'no such node lives: vb-none',
  ]);
  await world.pass(300);
  const phaseOf = (name = '') => world.store.find(name)?.phase;
  expect([phaseOf(one), phaseOf(two), phaseOf(three)]).toEqual(['ready', 'draining', 'gone']);
  expect(world.store.find(three ?? '')).toMatchObject({ evidence: { kind: 'forced', by: 'ada' } });
  await world.pass(3_000);
  expect([phaseOf(one), phaseOf(two)]).toEqual(['ready', 'gone']);
  expect(world.judge.broken).toEqual([]);
});

it('a lost store: audit() finds all by its marks, and a new one takes it over under its jobs', async () => {
  const world = worldOf({});
  submit(world, 4, 2_500);
  world.startOrchestrator();
  await world.pass(600);
  world.leaveDead();
  world.clock.after(0, () => undefined);
  const providers = [cloud(world, 'cloud-a', 1)];
  let found: unknown;
  audit({ providers, vpn: fakeVpn(world), controller: UUID }).then(
    (result) => {
      found = result;
    },
    () => undefined,
  );
  await world.pass(10);
  const names = own(world).map(({ id }) => id);
  expect(found).toMatchObject({ known: 0, foreign: 2, troubles: [] });
  const leaks = (found as { leaks: readonly { kind: string; id: string }[] }).leaks;
  expect(leaks.filter(({ kind }) => kind === 'instance').map(({ id }) => id)).toEqual(names);
  expect(leaks.filter(({ kind }) => kind === 'member')).toHaveLength(names.length);
  world.renew(memoryStore(UUID), { arm: true });
  await world.pass(6_000);
  expect(world.judge.broken.filter((text) => !text.startsWith('I1'))).toEqual([]);
  expect(world.cluster.jobs.map(({ state, runs }) => [state, runs])).toEqual(
    names.map(() => ['done', 1]),
  );
  expect([own(world).filter(isAlive), [...world.members], [...world.cluster.hosts]]).toEqual([
    [],
    [],
    [],
  ]);
});
