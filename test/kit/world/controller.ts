import type { Clock } from '../../../src/base/clock.ts';
import type { Orchestrator } from '../../../src/orchestrator/orchestrator.ts';
import type { OrchestratorSetup } from '../../../src/orchestrator/setup.ts';
import type { World } from './world.ts';

/** One life of the orchestrator's process. */
export interface Controller {
  readonly orchestrator: Orchestrator;
  isAlive: boolean;
  /** What ended it, when it ended itself. */
  error?: unknown;
}

/**
 * Starts an orchestrator on the world's store. Every call of it goes through a gate, where it can be killed: before it
 * has been made, or before its answer comes.
 */
export function startController(world: World): Controller {
  const skew = world.chance.between(-world.faults.skew, world.faults.skew);
  const self: Controller = {} as Controller;
  self.isAlive = true;
  const clock: Clock = {
    now: () => world.clock.now() + skew,
    sleep: (length, signal) => gated(world, self, () => world.clock.sleep(length, signal), false),
  };
  const setup = gate(world, self, skew, world.setup(clock));
  (self as { orchestrator: Orchestrator }).orchestrator = world.engine(setup);
  const run = self.orchestrator.run(new AbortController().signal);
  run.catch((error: unknown) => {
    self.isAlive = false;
    self.error = error;
    world.controllerEnded(self);
  });
  return self;
}

function gate(
  world: World,
  self: Controller,
  skew: number,
  setup: OrchestratorSetup,
): OrchestratorSetup {
  const { batch, vpn, pools } = setup;
  const stamp = <T extends { readonly taken: number }>(seen: T) => ({
    ...seen,
    taken: seen.taken + skew,
  });
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get: (object, name) => {
        const value = Reflect.get(object, name) as unknown;
        if (typeof value !== 'function') return value;
        return (...words: unknown[]) =>
          gated(world, self, async () => {
            const answer: unknown = await value.apply(object, words);
            const isLook = name === 'snapshot' || name === 'list';
            return isLook ? stamp(answer as { taken: number }) : answer;
          });
      },
    });
  return {
    ...setup,
    batch: wrap(batch),
    ...(vpn !== undefined && { vpn: wrap(vpn) }),
    pools: pools.map((one) => ({ ...one, provider: wrap(one.provider) })),
  };
}

/** A dead process makes no calls, and hears no answers. */
async function gated<T>(
  world: World,
  self: Controller,
  call: () => Promise<T>,
  isCounted = true,
): Promise<T> {
  if (isCounted && self.isAlive) world.atGate(self);
  if (!self.isAlive) return await never();
  try {
    const answer = await call();
    if (isCounted && self.isAlive) world.atGate(self);
    return self.isAlive ? answer : await never();
  } catch (error) {
    if (!self.isAlive) return await never();
    throw error;
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
