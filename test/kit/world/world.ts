import type { Clock, Instant, Seconds } from '../../../src/base/clock.ts';
import type { Seat } from '../../../src/model/node.ts';
import type { Pool } from '../../../src/model/pool.ts';
import type { Limits } from '../../../src/orchestrator/limits.ts';
import type { Orchestrator } from '../../../src/orchestrator/orchestrator.ts';
import type { BudgetTerms, OrchestratorSetup } from '../../../src/orchestrator/setup.ts';
import type { Store } from '../../../src/orchestrator/store/store.ts';
import { binPack } from '../../../src/policy/bin-pack.ts';
import { direct } from '../../../src/policy/decide.ts';
import { idleFor } from '../../../src/policy/idle-for.ts';
import { pipeline } from '../../../src/policy/pipeline.ts';
import { agent } from './agent.ts';
import type { Chance } from './chance.ts';
import { VirtualClock } from './clock.ts';
import { cloud } from './cloud.ts';
import { Cluster } from './cluster.ts';
import { type Controller, startController } from './controller.ts';
import { CALM, type Faults } from './faults.ts';
import { Judge } from './judge.ts';
import { isAlive, type Machine } from './machine.ts';
import { fakeVpn } from './vpn.ts';

export interface WorldOptions {
  readonly chance: Chance;
  readonly faults: Faults;
  readonly store: Store;
  /** Makes the engine that is tried. */
  readonly engine: (setup: OrchestratorSetup) => Orchestrator;
  readonly pools: readonly { readonly pool: Pool; readonly provider: string }[];
  readonly seats: number;
  readonly limits: Partial<Limits>;
  readonly idle?: Seconds;
  readonly budget?: BudgetTerms;
  readonly arm?: boolean;
  /** Cycles that are kept for replay. Default none. */
  readonly record?: number;
  /** Kill the controller at this gate, counted over all its lives. */
  readonly killAt?: number;
  /** How long nobody starts it again. Default 5 to 300 s. */
  readonly outage?: Seconds;
}

const START: Instant = 1_750_000_000;
const LONGEST_LOOK: Seconds = 150;
const EVER = 10 * 365 * 86_400;

/** Clouds, a batch system and an orchestrator, on a clock of their own; things go wrong at random, the same for the same seed. */
export class World {
  readonly start = START;
  readonly clock = new VirtualClock(START);
  readonly machines: Machine[] = [];
  readonly members = new Set<string>();
  readonly controllers: Controller[] = [];
  readonly chance: Chance;
  store: Store;
  readonly engine: WorldOptions['engine'];
  readonly pools: WorldOptions['pools'];
  readonly cluster: Cluster;
  readonly judge: Judge;
  tellsIncarnation: boolean;
  /** Its batch system does not let a host go that has jobs. */
  refusesBusy: boolean;
  /** Its machines refuse to end while they run jobs. */
  vetoes = false;
  /** The clouds do what they are asked for, but do not answer when a machine is asked for. */
  isMute = false;
  /** A machine that cannot be ended. */
  stubborn: string | undefined;
  onList: (() => void) | undefined;
  onAdd: (() => void) | undefined;
  readonly graceForStrays: Seconds = 7_200;
  readonly budget: BudgetTerms | undefined;
  /** From one look of the orchestrator to what it does because of the next, when it is killed between them. */
  readonly longestLook: Seconds;
  faults: Faults;
  gates = 0;
  kills = 0;
  private isKept = true;
  private isArmed: boolean;
  private readonly options: WorldOptions;

  constructor(options: WorldOptions) {
    const { chance, store, engine, pools, faults } = options;
    this.chance = chance;
    this.store = store;
    this.engine = engine;
    this.pools = pools;
    this.faults = faults;
    this.options = options;
    this.budget = options.budget;
    this.longestLook = LONGEST_LOOK;
    this.isArmed = options.arm === true;
    this.tellsIncarnation = chance.happens(0.5);
    this.refusesBusy = chance.happens(0.5);
    this.cluster = new Cluster(this);
    this.judge = new Judge(this);
    this.placeForeigners();
  }

  setup(clock: Clock): OrchestratorSetup {
    const { chance, store, pools, options } = this;
    const policy = pipeline(binPack(), idleFor({ time: options.idle ?? 120 }));
    return {
      ...{ clock, random: chance, store, policy: direct(policy), limits: options.limits },
      batch: this.cluster.api(),
      owner: 'root@head',
      vpn: fakeVpn(this),
      pools: pools.map(({ pool, provider }) => ({
        ...{ pool, specHash: 'v1', provider: cloud(this, provider, pool.price) },
        files: ({ token, lease, leaseTime }) => {
          const file = (contents: string) => ({ contents, secret: true });
          return new Map(
            Object.entries({ token, lease, leaseTime: `${leaseTime}` }).map(([name, text]) => [
              name,
              file(text),
            ]),
          );
        },
      })),
      seats: Array.from({ length: options.seats }, (_, index): Seat => {
        return { host: `node${index + 1}`, address: `10.8.1.${index + 1}` };
      }),
      record: options.record ?? 0,
      arm: this.isArmed,
      ...(options.budget !== undefined && { budget: options.budget }),
    };
  }

  boot(machine: Machine): void {
    const { clock, chance, faults } = this;
    if (machine.sound) {
      clock.after(chance.between(30, 200), () => {
        if (!isAlive(machine)) return;
        machine.up = true;
        this.cluster.join(machine);
        agent(this, machine);
      });
    }
    if (chance.happens(faults.death))
      clock.after(chance.between(1, 3_000), () => this.die(machine));
    if (chance.happens(faults.spot)) {
      clock.after(chance.between(1, 3_000), () => {
        machine.leaving = true;
        clock.after(120, () => this.die(machine));
      });
    }
  }

  die(machine: Machine): void {
    if (!isAlive(machine)) return;
    const now = this.clock.now();
    machine.ended = now;
    machine.hidden = now + this.chance.between(0, this.faults.lag);
  }

  /** Starts the orchestrator, and again when it has died, until that is ended by {@link leaveDead}. */
  startOrchestrator(): Controller {
    const controller = startController(this);
    this.controllers.push(controller);
    return controller;
  }

  kill(controller: Controller): void {
    if (!controller.isAlive) return;
    controller.isAlive = false;
    this.kills += 1;
    this.restartLater();
  }

  private restartLater(): void {
    const outage = this.options.outage ?? this.chance.between(5, 300);
    this.clock.after(outage, () => {
      if (this.isKept && this.alive().length === 0) this.startOrchestrator();
    });
  }

  leaveDead(): void {
    this.isKept = false;
    for (const controller of this.alive()) controller.isAlive = false;
  }

  /** The store is lost, and another orchestrator starts without it. */
  renew(store: Store, { arm }: { readonly arm: boolean }): void {
    this.store = store;
    this.isArmed = arm;
    this.isKept = true;
    this.startOrchestrator();
  }

  alive(): readonly Controller[] {
    return this.controllers.filter((one) => one.isAlive);
  }

  /** It has ended itself: another has taken over, or it has a fault. */
  controllerEnded({ error }: Controller): void {
    const isLost = error instanceof Error && 'code' in error && error.code === 'EPOCH_LOST';
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (isLost) this.restartLater();
    else this.judge.fail('bug', text);
  }

  /** A call is about to be made, or its answer to be heard. */
  atGate(controller: Controller): void {
    this.gates += 1;
    const { chance, faults, options } = this;
    if (this.gates === options.killAt || chance.happens(faults.kill)) this.kill(controller);
    else if (chance.happens(faults.rival)) this.startOrchestrator();
  }

  /** From now on nothing goes wrong. */
  calmDown(): void {
    this.faults = CALM;
  }

  async pass(length: Seconds): Promise<void> {
    await this.clock.passUntil(this.clock.now() + length, () => this.judge.look());
  }

  /** Others' machines, which look much like ours. */
  private placeForeigners(): void {
    for (const { provider, pool } of this.pools) {
      const seat = { host: 'node1', address: '10.8.1.1' };
      const tags = { controller: 'another', pool: pool.name, node: 'abc', specHash: 'v1' };
      const marked = { tags: { ...tags, created: START, seat } };
      for (const mark of [{}, marked]) {
        const id = `foreign-${this.machines.length}`;
        this.machines.push({
          ...{ id, provider, name: `vb-aaaaaa-${pool.name}-${id}`, files: new Map(), price: 0 },
          ...{ made: START - 1, shown: START - 1, hidden: START + EVER, leaving: false },
          ...{ sound: true, up: true, leased: START + EVER, ...mark },
        });
      }
    }
  }
}
