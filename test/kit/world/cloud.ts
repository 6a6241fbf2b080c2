import type { InstanceId } from '../../../src/model/node.ts';
import {
  type Instance,
  type Listing,
  type Order,
  type Provider,
  type ProviderCode,
  ProviderError,
} from '../../../src/provider/provider.ts';
import { isAlive, type Machine } from './machine.ts';
import { Wire } from './wire.ts';
import type { World } from './world.ts';

/** A provider as real ones are: late, forgetful, and not always truthful. */
export function cloud(world: World, name: string, price: number): Provider {
  const { clock, chance } = world;
  const wire = new Wire(clock, chance, () => world.faults);
  const errors = { clear: () => failure('UNREACHABLE'), vague: () => failure('UNCERTAIN') };
  return {
    kind: 'dummy',
    name,
    create: async (order) => {
      const id = await wire.call(() => make(world, name, price, order), errors);
      return world.isMute ? await new Promise(() => undefined) : id;
    },
    list: () => {
      const taken = clock.now();
      world.onList?.();
      return wire.call(() => listing(world, name, taken), {
        clear: () => failure('UNREACHABLE'),
        vague: () => failure('UNREACHABLE'),
      });
    },
    terminate: (id, _, options) => wire.call(() => end(world, id, options?.force === true), errors),
    check: async () => [],
    close: async () => undefined,
  };
}

function failure(code: ProviderCode): ProviderError {
  return new ProviderError(`the cloud says ${code}`, { kind: 'remote', code });
}

function make(world: World, provider: string, price: number, order: Order): InstanceId {
  const { clock, chance, faults } = world;
  const same = world.machines.find((one) => one.name === order.name && isAlive(one));
  if (same !== undefined) return same.id;
  if (chance.happens(faults.noCapacity)) throw failure('NO_CAPACITY');
  const now = clock.now();
  const machine: Machine = {
    ...{ id: `i-${world.machines.length + 1}`, provider, name: order.name, tags: order.tags },
    ...{ files: order.files, price, made: now, shown: now + chance.between(0, faults.lag) },
    ...{ leaving: false, sound: !chance.happens(faults.deadBoot), up: false, leased: now },
  };
  world.machines.push(machine);
  world.boot(machine);
  return machine.id;
}

function listing(world: World, provider: string, taken: number): Listing {
  const { clock, chance, faults } = world;
  const now = clock.now();
  const all = world.machines.filter(
    (one) =>
      one.provider === provider && one.shown <= now && (isAlive(one) || now < (one.hidden ?? 0)),
  );
  const missed = chance.happens(faults.glitch) ? chance.pick(all) : undefined;
  const complete = !chance.happens(faults.partial);
  const shown = all.filter((one) => one !== missed && (complete || chance.happens(0.5)));
  return { taken, complete, instances: shown.map(toInstance) };
}

function toInstance({ id, name, tags, leaving, up }: Machine): Instance {
  const state = leaving ? 'ending' : up ? 'running' : 'starting';
  return { id, name, state, ...(tags !== undefined && { tags }) };
}

function end(world: World, id: InstanceId, isForced: boolean): void {
  const { clock, chance, faults } = world;
  const machine = world.machines.find((one) => one.id === id);
  if (machine === undefined || !isAlive(machine)) return;
  if (id === world.stubborn) throw failure('REFUSED');
  if (world.vetoes && !isForced && world.cluster.jobsOn(machine).length > 0)
    throw failure('VETOED');
  world.judge.ending(machine);
  machine.endAsked ??= clock.now();
  if (chance.happens(faults.zombieEnd)) return;
  machine.leaving = true;
  const wait = chance.happens(faults.slowEnd) ? chance.between(0, 600) : 1;
  clock.after(wait, () => world.die(machine));
}
