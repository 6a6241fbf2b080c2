/**
 * For each rule a world in which it matters: what comes back is what was broken, nothing when the rule holds.
 *
 * @module
 */

import type { BatchHost } from '../../../src/model/host.ts';
import type { Job } from '../../../src/model/job.ts';
import { DEFAULT_LIMITS } from '../../../src/orchestrator/limits.ts';
import { orchestrator } from '../../../src/orchestrator/orchestrator.ts';
import { makePlan } from '../../../src/orchestrator/plan/plan.ts';
import { FIRST_PULSE } from '../../../src/orchestrator/rows.ts';
import { memoryStore } from '../../../src/orchestrator/store/memory.ts';
import { Chance } from './chance.ts';
import { CALM, type Faults } from './faults.ts';
import { isAlive } from './machine.ts';
import { poolOf, UUID } from './run.ts';
import { World, type WorldOptions } from './world.ts';

type Broken = readonly string[];
export type Proof = () => Promise<Broken>;

interface Scene extends Partial<Omit<WorldOptions, 'faults'>> {
  readonly faults?: Partial<Faults>;
  readonly seed?: number;
}

export function worldOf({ faults, seed = 1, ...patch }: Scene): World {
  const pools = [{ pool: poolOf('small'), provider: 'cloud-a' }];
  const limits = { interval: 30, coolDown: 60, cordonShare: 1, seatQuarantine: 600, lease: 900 };
  return new World({
    ...{ chance: new Chance(seed), store: memoryStore(UUID), engine: orchestrator, pools },
    ...{ seats: 40, ...patch, limits: { ...limits, ...patch.limits } },
    faults: { ...CALM, ...faults },
  });
}

export function submit(world: World, count: number, length: number, slots = 2): void {
  for (let i = 0; i < count; i += 1) world.cluster.submit(slots, length);
}

async function running(world: World, length: number): Promise<World> {
  world.startOrchestrator();
  await world.pass(length);
  return world;
}

export function own(world: World) {
  return world.machines.filter(({ tags }) => tags?.controller === UUID);
}

function said(world: World, kind: string, word: string): Broken {
  return world.store
    .journal({ limit: 100_000 })
    .filter((entry) => entry.kind === kind && entry.text.includes(word))
    .map(({ text }) => text);
}

async function overSeeds(scene: Scene, seeds: number, try_: (world: World) => Promise<Broken>) {
  const broken: string[] = [];
  for (let seed = 1; seed <= seeds; seed += 1)
    broken.push(...(await try_(worldOf({ ...scene, seed }))));
  return broken;
}

/** Answers get lost, and listings lag: asked again, it is the same machine. */
export const oneMachineForEachNode: Proof = () =>
  overSeeds(
    { faults: { lostReply: 0.6, lag: 120 }, limits: { callDeadline: 10 } },
    5,
    async (world) => {
      submit(world, 4, 3_000);
      await running(world, 900);
      const names = own(world).map(({ tags }) => tags?.node);
      return names
        .filter((node, index) => names.indexOf(node) !== index)
        .map((node) => `twice: ${node}`);
    },
  );

/** No answer is no failure. */
export const noAnswerIsNoFailure: Proof = async () => {
  const world = worldOf({ limits: { callDeadline: 10 } });
  submit(world, 4, 3_000);
  world.isMute = true;
  await running(world, 900);
  return said(world, 'phase', 'failed');
};

/** Found by its tag, it is taken as the node's. */
export const foundIsAdopted: Proof = async () => {
  const world = worldOf({ limits: { callDeadline: 10 } });
  submit(world, 1, 3_000);
  world.isMute = true;
  await running(world, 900);
  const [row] = world.store.read().nodes;
  return row?.phase === 'ready' ? [] : [`it is ${row?.phase ?? 'not there'}`];
};

/** A node that is made while the provider is asked has a row by the time that counts. */
export const listedBeforeRead: Proof = async () => {
  const world = worldOf({});
  submit(world, 1, 3_000);
  world.startOrchestrator();
  await world.pass(600);
  const [row] = world.store.read().nodes;
  const machine = own(world)[0];
  if (row === undefined || machine?.tags === undefined) return ['no node'];
  const twin = {
    ...row,
    id: 'made-meanwhile',
    name: 'vb-meanwhile',
    seat: { host: 'node40', address: '10.8.1.40' },
  };
  world.onList = () => {
    world.onList = undefined;
    const { tags } = machine;
    const instance = 'i-meanwhile';
    if (tags === undefined) return;
    world.machines.push({
      ...machine,
      id: instance,
      name: twin.name,
      tags: { ...tags, node: twin.id, seat: twin.seat },
    });
    world.store.step(1, (step) => step.putNode({ ...twin, instance }));
  };
  const seen = new Set<string>();
  for (let i = 0; i < 20; i += 1) {
    await world.pass(3);
    for (const { key } of world.store.read().strays) seen.add(`${key} seems to be nobody's`);
  }
  return [...seen];
};

/** A batch system that does not answer has not said that there are no jobs. */
export const silenceIsNotEmptiness: Proof = () =>
  overSeeds({ idle: 30 }, 3, async (world) => {
    submit(world, 4, 9_000);
    await running(world, 500);
    world.cluster.isSilent = true;
    await world.pass(3_000);
    return world.judge.broken;
  });

/** A listing with gaps does not say that something is gone. */
export const gapsAreNotAbsence: Proof = () =>
  overSeeds({ faults: { partial: 1 }, limits: { orphanGrace: 30 } }, 3, async (world) => {
    world.faults = CALM;
    submit(world, 4, 5_000);
    await running(world, 35);
    world.faults = { ...CALM, partial: 1 };
    await world.pass(400);
    return said(world, 'phase', 'lost');
  });

/** Not while a job runs, whatever the last look showed. */
export const noEndUnderJobs: Proof = () =>
  overSeeds({ idle: 30 }, 8, async (world) => {
    world.refusesBusy = false;
    for (let at = 0; at < 2_000; at += 60) {
      world.clock.after(at + world.chance.between(0, 60), () =>
        submit(world, 1, world.chance.between(30, 400), 1),
      );
    }
    await running(world, 2_500);
    return world.judge.broken;
  });

/** A look from before the cordon proves nothing. */
export const oldLooksProveNothing: Proof = async () => {
  const world = worldOf({});
  submit(world, 1, 100);
  await running(world, 300);
  const [row] = world.store.read().nodes;
  const { controller } = world.store;
  if (row === undefined) return ['no node'];
  const draining = { ...row, phase: 'draining', cordonAcked: 1_000 } as const;
  const cordon = { ours: true };
  const host = {
    name: row.seat.host,
    state: 'up',
    slots: 2,
    used: 0,
    features: [],
    cordon,
  } as const;
  const hosts = new Map([[row.seat.host, host]]);
  const { rows } = makePlan({
    look: { at: 1_010, batch: { taken: 990, jobs: [], hosts }, listings: new Map(), troubles: [] },
    rows: { nodes: [draining], health: [], strays: [], pulse: FIRST_PULSE, requests: [] },
    ...{ past: new Set(), left: new Set(), policy: '', pools: [], controller, freeSeats: 0 },
    ...{ limits: DEFAULT_LIMITS, fullCycles: 1 },
  });
  return rows.filter(({ phase }) => phase !== 'draining').map(({ phase }) => `it is ${phase}`);
};

/** Nodes are given up when they take long, and many come up just then. */
export const lateComersDrain: Proof = () => {
  const pools = [{ pool: poolOf('small', { maxNodes: 20 }), provider: 'cloud-a' }];
  const limits = { bootDefault: 60, bootLeast: 60, bootMost: 60, protectAfter: 1_000 };
  return overSeeds({ pools, limits }, 6, async (world) => {
    world.refusesBusy = false;
    submit(world, 20, 900);
    await running(world, 1_200);
    return world.judge.broken;
  });
};

/** The node itself says no, even when the batch system has forgotten its jobs. */
export const nodeHasAVeto: Proof = async () => {
  const world = worldOf({ idle: 30, limits: { freezeLooks: 0, vanishedShare: 1 } });
  Object.assign(world, { vetoes: true, refusesBusy: false, tellsIncarnation: false });
  submit(world, 1, 5_000);
  await running(world, 600);
  world.cluster.forget();
  await world.pass(900);
  return own(world)
    .filter((one) => !isAlive(one))
    .map(({ id }) => `${id} was ended under its job`);
};

/** One that cannot be ended stops no other. */
export const oneFailureStopsNoOther: Proof = async () => {
  const world = worldOf({});
  submit(world, 4, 100);
  world.stubborn = 'i-3';
  world.startOrchestrator();
  await world.pass(3_000);
  const left = own(world)
    .filter(isAlive)
    .map(({ id }) => id)
    .filter((id) => id !== 'i-3');
  return [...left.map((id) => `${id} is still there`), ...world.judge.broken];
};

/** A pool whose machines never get up is not tried for ever. */
export const brokenPoolIsClosed: Proof = async () => {
  const world = worldOf({ faults: { deadBoot: 1 } });
  submit(world, 8, 100);
  await running(world, 4 * 3_600);
  const tried = own(world).length;
  return tried > 18 ? [`${tried} machines were tried`] : [];
};

/** A pool without capacity is left alone for a while. */
export const noCapacityIsWeather: Proof = async () => {
  const world = worldOf({ faults: { noCapacity: 1 } });
  submit(world, 8, 100);
  await running(world, 3_600);
  const asked = said(world, 'failure', 'no_capacity').length;
  const closed = said(world, 'breaker', 'closed');
  return [...(asked > 24 ? [`asked ${asked} times`] : []), ...closed];
};

/** When much is down at once, nothing is started or ended. */
export const muchDownStopsAll: Proof = async () => {
  const pools = [{ pool: poolOf('small', { maxNodes: 20 }), provider: 'cloud-a' }];
  const world = worldOf({ pools, limits: { downGrace: 90_000 }, idle: 60 });
  submit(world, 10, 4_000);
  await running(world, 800);
  for (const one of own(world).slice(0, 6)) one.up = false;
  await world.pass(60);
  const before = world.store.all().length;
  submit(world, 6, 1_000);
  await world.pass(600);
  const more = world.store.all().length - before;
  return more > 0 ? [`${more} nodes were started`] : [];
};

/** A server that was started anew shows no jobs: they are there all the same. */
export const vanishedJobsFreeze: Proof = () =>
  overSeeds({ idle: 0 }, 5, async (world) => {
    Object.assign(world, { refusesBusy: false, tellsIncarnation: false });
    submit(world, 4, 5_000);
    await running(world, 600);
    world.faults = { ...CALM, amnesia: 0.1 };
    await world.pass(3_000);
    return world.judge.broken;
  });

/** Never a large part of a pool at once. */
export const slowShrink: Proof = async () => {
  const pools = [{ pool: poolOf('small', { maxNodes: 20 }), provider: 'cloud-a' }];
  const world = worldOf({ pools, idle: 60, limits: { cordonShare: 0.2 } });
  submit(world, 20, 900);
  await running(world, 1_200);
  const before = said(world, 'phase', 'cordoning').length;
  await world.pass(599);
  const cordons = said(world, 'phase', 'cordoning').length - before;
  return cordons > 4 ? [`${cordons} of 20 nodes in ten minutes`] : [];
};

/** Others' machines are not ours, however alike they look. */
export const othersAreLeftAlone: Proof = async () => {
  const world = worldOf({ arm: true });
  await running(world, 2_000);
  return world.judge.broken;
};

/** What the store does not know is ended or taken over only by an administrator's leave. */
export const firstSweepIsAsked: Proof = async () => {
  const world = worldOf({});
  submit(world, 1, 5_000);
  await running(world, 600);
  world.leaveDead();
  const second = worldOf({});
  for (const machine of own(world)) {
    const { tags } = machine;
    if (tags)
      second.machines.push({ ...machine, tags: { ...tags, seat: { host: '', address: '' } } });
  }
  await running(second, 2_000);
  return own(second)
    .filter((one) => one.endAsked !== undefined)
    .map(({ id }) => `${id} was ended`);
};

/** Cordons say whose they are. */
export const cordonsAreMarked: Proof = async () => {
  const world = worldOf({});
  submit(world, 2, 60);
  await running(world, 1_500);
  return world.judge.broken;
};

/** One that another has taken over from does nothing any more, not even what it was about to do. */
export const takenOverDoesNothing: Proof = async () => {
  const world = worldOf({});
  submit(world, 1, 1_000);
  world.onAdd = () => void world.store.claim();
  await running(world, 300);
  return own(world).map(({ id }) => `${id} was made by one that had lost its epoch`);
};

/** After a start all is looked at once before anything is started. */
export const looksBeforeStarts: Proof = async () => {
  const world = worldOf({});
  submit(world, 4, 1_000);
  await running(world, 25);
  return world.store.all().map(({ name }) => `${name} was started in the first cycle`);
};

/** A twin with the same marks is not the node. */
export const identityIsTheProvidersName: Proof = async () => {
  const world = worldOf({});
  submit(world, 1, 5_000);
  await running(world, 600);
  const machine = own(world)[0];
  if (machine === undefined) return ['no node'];
  world.machines.push({ ...machine, id: 'i-twin' });
  world.die(machine);
  await world.pass(300);
  return said(world, 'phase', 'lost').length > 0 ? [] : ['its end was not noticed'];
};

/** What is coming is counted, once: one job, one node. */
export const comingNodesCount: Proof = async () => {
  const world = worldOf({});
  submit(world, 1, 300);
  await running(world, 600);
  const made = own(world).length;
  return made === 1 ? [] : [`${made} machines for one job`];
};

/**
 * A cluster with a free host of its own, and a job that cannot use it.
 *
 * @returns what is wrong when no node is started for it.
 */
async function startsFor(
  world: World,
  job: Partial<Job>,
  host: Partial<BatchHost>,
): Promise<Broken> {
  const own = { name: 'own', state: 'up', slots: 8, used: 0, features: [], ...host } as const;
  const waiting: Job = {
    ...{ id: '1', state: 'pending', tasks: 1, slots: 1, hostCount: 1, features: [], hosts: [] },
    ...job,
  };
  world.cluster.alsoShown = { hosts: [own], jobs: [waiting] };
  await running(world, 120);
  return world.store.all().length > 0 ? [] : ['no node was started'];
}

const GIB = 2 ** 30;

export const roomNeedsMemory: Proof = () =>
  startsFor(worldOf({}), { memory: GIB }, { memory: GIB / 2 });

export const roomNeedsFeatures: Proof = () => {
  const pools = [{ pool: poolOf('small', { features: ['gpu'] }), provider: 'cloud-a' }];
  return startsFor(worldOf({ pools }), { features: ['gpu'] }, {});
};

export const roomNeedsQueue: Proof = () =>
  startsFor(worldOf({}), { queue: 'burst.q' }, { queues: ['main.q'] });

/** An old node is idle, and a long job waits. */
export const roomNeedsLife: Proof = async () => {
  const pools = [{ pool: poolOf('small', { maxLifetime: 7_200 }), provider: 'cloud-a' }];
  const world = worldOf({ pools, idle: 90_000 });
  submit(world, 1, 60);
  await running(world, 2_000);
  const before = world.store.all().length;
  const job = { slots: 1, hostCount: 1, tasks: 1, features: [], hosts: [], wallTime: 7_000 };
  world.cluster.alsoShown = { hosts: [], jobs: [{ ...job, id: 'long', state: 'pending' }] };
  await world.pass(120);
  return world.store.all().length > before ? [] : ['no younger node was started'];
};

/** Two places are left, and the job needs three. */
export const allNodesOrNone: Proof = async () => {
  const world = worldOf({ seats: 2 });
  const job = { slots: 6, hostCount: 3, tasks: 1, features: [], hosts: [] };
  world.cluster.alsoShown = { hosts: [], jobs: [{ ...job, id: 'wide', state: 'pending' }] };
  await running(world, 300);
  return world.store.all().map(({ name }) => `${name} was started, and is of no use`);
};

/** Gone is what the provider no longer lists, not what it has promised to end. */
export const goneWhenNotListed: Proof = async () => {
  const world = worldOf({ faults: { zombieEnd: 0.7 } });
  submit(world, 4, 100);
  world.startOrchestrator();
  const early: string[] = [];
  for (let i = 0; i < 100; i += 1) {
    await world.pass(30);
    for (const { tags, id } of own(world).filter(isAlive)) {
      const phase = world.store.find(tags?.node ?? '')?.phase;
      if (phase === 'gone') early.push(`${id} is there, and its node is gone`);
    }
  }
  return early;
};

/** Machines end themselves when nobody hears them any more. */
export const forgottenNodesEnd: Proof = async () => {
  const world = worldOf({});
  submit(world, 4, 600);
  await running(world, 600);
  world.leaveDead();
  await world.pass(3_600);
  return own(world)
    .filter(isAlive)
    .map(({ id }) => `${id} is charged for, and nobody knows`);
};

/** What a node may yet cost is there before it is started. */
export const moneyIsKeptBack: Proof = async () => {
  const budget = { limit: 5, period: 30 * 86_400, mode: 'drain' } as const;
  const world = worldOf({ budget });
  submit(world, 30, 1_200);
  await running(world, 2 * 3_600);
  return overspent(world, budget.limit);
};

/** Two nodes that drain at the same time cost twice. */
export const endingNodesCost: Proof = async () => {
  const budget = { limit: 3, period: 3_650 * 86_400, mode: 'drain' } as const;
  const pools = [{ pool: poolOf('small', { maxNodes: 2 }), provider: 'cloud-a' }];
  const world = worldOf({ budget, pools });
  // The second of each begins just before its node would be told to drain.
  for (const length of [1_500, 3_300, 3_500, 3_500]) submit(world, 1, length);
  await running(world, 4 * 3_600);
  return overspent(world, budget.limit);
};

/** Where jobs may be ended for it, the limit holds however long they are: but for what passes between two looks. */
export const moneyEndsJobsWhereAllowed: Proof = async () => {
  const budget = { limit: 3, period: 3_650 * 86_400, mode: 'kill' } as const;
  const world = worldOf({ budget, limits: { reserve: 600 } });
  submit(world, 2, 20 * 3_600);
  await running(world, 4 * 3_600);
  const look = (own(world).length * 60) / 3_600;
  return [...overspent(world, budget.limit + look), ...world.judge.broken];
};

function overspent(world: World, limit: number): Broken {
  const now = world.clock.now();
  const spent = own(world).reduce((sum, { made, ended = now }) => sum + (ended - made) / 3_600, 0);
  return spent > limit ? [`${spent.toFixed(2)} of ${limit.toFixed(2)} spent`] : [];
}
