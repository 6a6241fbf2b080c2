import { isOver } from '../../../src/model/node.ts';
import type { Work } from './cluster.ts';
import { isAlive, type Machine } from './machine.ts';
import { Purse } from './purse.ts';
import type { World } from './world.ts';

/** What must hold, whatever goes wrong. */
export class Judge {
  readonly broken: string[] = [];
  private readonly world: World;
  /** Since when a machine has been without a row that lives. */
  private readonly alone = new Map<string, number>();
  private readonly purse: Purse | undefined;

  constructor(world: World) {
    this.world = world;
    this.purse = world.budget && new Purse(world.budget, world.longestLook);
  }

  /** Somebody asks for the end of a machine. */
  ending(machine: Machine): void {
    const row = this.rowOf(machine);
    if (this.isForeign(machine)) this.fail('I6', `${machine.id} is another's, and was to be ended`);
    const kind = row?.evidence?.kind;
    const isForced = kind === 'forced' || kind === 'budget';
    const jobs = this.world.cluster.jobsOn(machine).map(({ id }) => id);
    if (jobs.length > 0 && !isForced && !machine.leaving) {
      this.fail('I2', `${machine.id} was to be ended under jobs ${jobs.join(', ')} (${kind})`);
    }
    const isItsOwn = row?.instance === machine.id && !isOver(row.phase);
    if (isItsOwn && kind === undefined)
      this.fail('I2', `${machine.id} was to be ended without evidence`);
  }

  /** A host leaves the batch system. */
  removing(host: string, jobs: readonly Work[]): void {
    if (jobs.length > 0) {
      this.fail('I2', `${host} left with jobs ${jobs.map(({ id }) => id).join(', ')}`);
    }
  }

  /** A job goes back into the queue. */
  requeueing({ id, machine }: Work): void {
    if (machine === undefined || !isAlive(machine) || machine.endAsked !== undefined) return;
    this.fail('I2', `job ${id} is to run again while it runs on ${machine.id}`);
  }

  cordoning(isMarked: boolean, host: string): void {
    if (!isMarked) this.fail('R10', `the cordon of ${host} does not say whose it is`);
  }

  /** After each event. */
  look(): void {
    const { machines, store, pools } = this.world;
    for (const machine of machines) {
      if (isAlive(machine) && !this.isForeign(machine)) this.watch(machine);
    }
    this.count();
    const rows = store.read().nodes;
    for (const { pool } of pools) {
      const live = rows.filter((row) => row.pool === pool.name).length;
      if (live > pool.maxNodes)
        this.fail('I3', `${live} nodes in ${pool.name} of ${pool.maxNodes}`);
    }
    const hosts = new Set(rows.map(({ seat }) => seat.host));
    if (hosts.size < rows.length) this.fail('I3', 'two nodes have one seat');
  }

  /** When all is over, and nothing is wanted. */
  atTheEnd(): void {
    const { world } = this;
    const left = world.machines.filter((one) => isAlive(one) && !this.isForeign(one));
    for (const { id, name } of left) this.fail('I5', `${id} (${name}) is still there`);
    for (const { name, phase } of world.store.read().nodes) this.fail('I5', `${name} is ${phase}`);
    for (const host of world.cluster.hosts.keys()) this.fail('I5', `${host} is still a host`);
    for (const node of world.members) this.fail('I5', `${node} is still admitted`);
    for (const { id, state } of world.cluster.jobs) {
      if (state !== 'done') this.fail('I5', `job ${id} is ${state}`);
    }
    const foreign = world.machines.filter((one) => this.isForeign(one) && !isAlive(one));
    for (const { id } of foreign) this.fail('I6', `${id} is another's, and is gone`);
  }

  fail(rule: string, text: string): void {
    this.broken.push(
      `${rule} at ${Math.round(this.world.clock.now() - this.world.start)} s: ${text}`,
    );
  }

  /** Told of once. */
  private count(): void {
    const { machines, clock, store, budget } = this.world;
    const own = machines.filter((one) => !this.isForeign(one));
    // Jobs go before money, unless it says otherwise: nothing is ended while the batch system is not believed.
    const isDoubted = budget?.mode === 'drain' && store.read().pulse.frozen > 0;
    const isExcused = ({ id }: Machine) => isDoubted || this.alone.has(id);
    const text = this.purse?.charge(clock.now(), own, isExcused);
    if (text === undefined || this.broken.some((one) => one.startsWith('I4'))) return;
    this.fail('I4', text);
  }

  /** Everything of ours has been written down before it was made, and is not forgotten for long. */
  private watch(machine: Machine): void {
    const row = this.rowOf(machine);
    if (row === undefined) this.fail('I1', `${machine.id} was never written down`);
    const isKept = row !== undefined && !isOver(row.phase);
    const now = this.world.clock.now();
    if (isKept) this.alone.delete(machine.id);
    else {
      const since = this.alone.get(machine.id) ?? now;
      this.alone.set(machine.id, since);
      if (now - since > this.world.graceForStrays) {
        this.alone.set(machine.id, Number.POSITIVE_INFINITY);
        this.fail('I1', `${machine.id} has been nobody's for ${Math.round(now - since)} s`);
      }
    }
  }

  private rowOf({ tags }: Machine) {
    return tags === undefined ? undefined : this.world.store.find(tags.node);
  }

  private isForeign({ tags }: Machine): boolean {
    return tags?.controller !== this.world.store.controller;
  }
}
