import type { Seconds } from '../../../src/base/clock.ts';
import type { Pool } from '../../../src/model/pool.ts';
import { orchestrator } from '../../../src/orchestrator/orchestrator.ts';
import { memoryStore } from '../../../src/orchestrator/store/memory.ts';
import { Chance } from './chance.ts';
import { CALM, someFaults } from './faults.ts';
import { World, type WorldOptions } from './world.ts';

export const UUID = '6f1d2c3b-0000-4000-8000-000000000001';
const TROUBLE: Seconds = 2_400;
/** Of a period's budget not much may be left when a node was forgotten. */
const CALM_AFTER: Seconds = 20 * 3_600;
const STEP: Seconds = 600;

export interface RunOptions extends Partial<WorldOptions> {
  /** How long things go wrong. Default 2400 s. */
  readonly trouble?: Seconds;
  /** At most. Default 12. */
  readonly jobs?: number;
}

export interface Verdict {
  readonly seed: number;
  readonly broken: readonly string[];
  readonly gates: number;
  readonly machines: number;
  readonly jobs: number;
  readonly lives: number;
  readonly kills: number;
  /** How long after the last fault everything was gone. */
  readonly emptyAfter: Seconds;
}

export function poolOf(name: string, patch: Partial<Pool> = {}): Pool {
  return {
    ...{ name, slots: 2, memory: 2 ** 31, features: [], maxNodes: 4, minNodes: 0 },
    ...{ price: 1, billingUnit: 1, maxLifetime: 7 * 86_400, ...patch },
  };
}

/** One world from its seed: trouble first, then calm, in which everything must come to its end. */
export async function runSeed(
  seed: number,
  { trouble = TROUBLE, jobs = 12, ...patch }: RunOptions = {},
): Promise<Verdict> {
  const chance = new Chance(seed);
  const world = new World({ ...someWorld(chance), ...patch });
  world.startOrchestrator();
  submitSome(world, jobs, trouble);
  await world.pass(trouble);
  world.calmDown();
  const from = world.clock.now();
  while (!isEmpty(world) && world.clock.now() - from < CALM_AFTER) await world.pass(STEP);
  world.judge.atTheEnd();
  const { judge, machines, gates, controllers, cluster } = world;
  return {
    ...{ seed, broken: judge.broken, gates, machines: machines.length, jobs: cluster.jobs.length },
    ...{ lives: controllers.length, kills: world.kills, emptyAfter: world.clock.now() - from },
  };
}

function someWorld(chance: Chance): WorldOptions {
  const pools = [
    { pool: poolOf('small', { maxNodes: chance.whole(1, 5) }), provider: 'cloud-a' },
    {
      pool: poolOf('big', { slots: 4, price: 3, maxNodes: chance.whole(1, 3) }),
      provider: 'cloud-b',
    },
  ];
  return {
    ...{ chance, faults: chance.happens(0.05) ? CALM : someFaults(chance), engine: orchestrator },
    ...{ store: memoryStore(UUID), pools: chance.happens(0.5) ? pools : pools.slice(0, 1) },
    seats: chance.whole(2, 20),
    limits: {
      ...{ interval: chance.whole(20, 90), coolDown: 120, cordonShare: 0.5, seatQuarantine: 600 },
      ...{ lease: 900, reserve: 1_800 },
    },
    ...someBudget(chance),
  };
}

/** Its period is short: what is left to do when it is spent is done in the next. */
function someBudget(chance: Chance): Pick<WorldOptions, 'budget'> {
  if (chance.happens(0.7)) return {};
  const mode = chance.happens(0.5) ? 'drain' : 'kill';
  return {
    budget: { limit: chance.between(0.9, 2.5), period: chance.between(1.5, 3) * 3_600, mode },
  };
}

function submitSome(world: World, most: number, trouble: Seconds): void {
  const { chance } = world;
  const count = chance.whole(1, most);
  for (let i = 0; i < count; i += 1) {
    const [at, length] = [chance.between(0, 0.6 * trouble), chance.between(20, 900)];
    world.clock.after(at, () => world.cluster.submit(chance.whole(1, 2), length));
  }
}

function isEmpty(world: World): boolean {
  const { store, machines, cluster } = world;
  const isOurs = (one: { tags?: { controller: string } }) => one.tags?.controller === UUID;
  return (
    store.read().nodes.length === 0 &&
    machines.every((one) => !isOurs(one) || one.ended !== undefined) &&
    cluster.jobs.every(({ state }) => state === 'done') &&
    cluster.hosts.size === 0 &&
    world.members.size === 0
  );
}
