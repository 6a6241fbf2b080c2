import type { Seconds } from '../../../src/base/clock.ts';
import { isAlive, type Machine } from './machine.ts';
import type { World } from './world.ts';

const BEAT: Seconds = 60;
const RETRY: Seconds = 15;

/** What runs in a machine: it reports, gives signs of life, and ends itself when nobody hears them and no job runs. */
export function agent(world: World, machine: Machine): void {
  const node = machine.tags?.node ?? '';
  const text = (name: string) => machine.files.get(name)?.contents ?? '';
  let isTaken = false;
  machine.leased = world.clock.now();
  const speak = () => {
    const { orchestrator } = world.alive().at(-1) ?? {};
    if (orchestrator === undefined || world.chance.happens(world.faults.lostRequest)) return;
    const ready = () => orchestrator.ready({ node, token: text('token') }) !== 'refused';
    isTaken ||= attempt(ready) === true;
    const isHeard = attempt(() => orchestrator.lease({ node, lease: text('lease') })) === true;
    if (isHeard) machine.leased = world.clock.now();
  };
  const beat = () => {
    if (!isAlive(machine)) return;
    speak();
    const isForgotten = world.clock.now() - machine.leased > Number(text('leaseTime'));
    if (isForgotten && world.cluster.jobsOn(machine).length === 0) world.die(machine);
    else world.clock.after(isTaken ? BEAT : RETRY, beat);
  };
  beat();
}

/** One that has lost its epoch answers nothing. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
