import type { Instant, Seconds } from '../../../src/base/clock.ts';
import {
  type BatchCode,
  BatchError,
  type BatchSnapshot,
  type BatchSystem,
  CORDON_PREFIX,
} from '../../../src/batch/batch.ts';
import type { BatchHost } from '../../../src/model/host.ts';
import type { HostName, Job, JobId } from '../../../src/model/job.ts';
import type { Machine } from './machine.ts';
import { Wire } from './wire.ts';
import type { World } from './world.ts';

export interface Work {
  readonly id: JobId;
  readonly slots: number;
  readonly length: Seconds;
  readonly submitted: Instant;
  state: 'pending' | 'running' | 'done';
  host?: HostName;
  machine?: Machine;
  started?: Instant;
  runs: number;
}

export interface Place {
  readonly name: HostName;
  readonly slots: number;
  cordon?: string;
  machine?: Machine;
}

const SILENT: Seconds = 60;

/** A batch system: jobs, and the hosts that run them. */
export class Cluster {
  readonly jobs: Work[] = [];
  readonly hosts = new Map<HostName, Place>();
  private readonly world: World;
  /** Looks for which the server, started anew, shows no jobs. */
  private amnesia = 0;
  /** Hosts and jobs that it tells of besides: nothing becomes of them. */
  alsoShown: { readonly hosts: readonly BatchHost[]; readonly jobs: readonly Job[] } = {
    hosts: [],
    jobs: [],
  };
  /** It answers no question. */
  isSilent = false;
  private incarnation = 1;
  private shownJobs = 0;

  constructor(world: World) {
    this.world = world;
  }

  submit(slots: number, length: Seconds): void {
    const id = String(this.jobs.length + 1);
    const submitted = this.world.clock.now();
    this.jobs.push({ id, slots, length, submitted, state: 'pending', runs: 0 });
    this.schedule();
  }

  /** From now on it shows no jobs. */
  forget(): void {
    this.amnesia = Number.POSITIVE_INFINITY;
  }

  jobsOn(machine: Machine): readonly Work[] {
    return this.jobs.filter((job) => job.state === 'running' && job.machine === machine);
  }

  /** A daemon has got up; a host that nobody added stays out. */
  join(machine: Machine): void {
    const place = this.hosts.get(machine.tags?.seat.host ?? '');
    if (place === undefined || !machine.up) return;
    place.machine = machine;
    this.schedule();
  }

  schedule(): void {
    for (const job of this.jobs) {
      if (job.state !== 'pending') continue;
      const place = [...this.hosts.values()].find((one) => this.free(one) >= job.slots);
      if (place?.machine !== undefined) this.start(job, place, place.machine);
    }
  }

  api(): BatchSystem {
    const { world } = this;
    const wire = new Wire(world.clock, world.chance, () => world.faults);
    const errors = {
      clear: () => failure('BATCH_UNREACHABLE'),
      vague: () => failure('BATCH_UNREACHABLE'),
    };
    const call = <T>(work: () => T) => wire.call(work, errors);
    return {
      ...{ kind: 'random', name: 'cluster', check: async () => [], close: async () => undefined },
      snapshot: () => {
        const taken = world.clock.now();
        if (this.isSilent) return Promise.reject(failure('BATCH_UNREACHABLE'));
        return call(() => this.snapshot(taken));
      },
      add: ({ name, slots }) => call(() => this.add(name, slots)),
      cordon: (name, reason) => call(() => this.cordon(name, reason)),
      uncordon: (name) => call(() => this.uncordon(name)),
      remove: (name) => call(() => this.remove(name)),
      forceRemove: (name) => call(() => this.forceRemove(name)),
    };
  }

  private free(place: Place): number {
    const { machine } = place;
    if (machine === undefined || !machine.up || machine.ended !== undefined) return 0;
    return place.cordon === undefined ? place.slots - this.used(place) : 0;
  }

  private used(place: Place): number {
    return this.on(place.name).reduce((sum, { slots }) => sum + slots, 0);
  }

  private on(host: HostName): readonly Work[] {
    return this.jobs.filter((job) => job.state === 'running' && job.host === host);
  }

  private start(job: Work, place: Place, machine: Machine): void {
    const { clock } = this.world;
    Object.assign(job, { state: 'running', host: place.name, machine, started: clock.now() });
    job.runs += 1;
    const run = job.runs;
    clock.after(job.length, () => {
      if (job.state !== 'running' || job.runs !== run || machine.ended !== undefined) return;
      job.state = 'done';
      this.schedule();
    });
  }

  private snapshot(taken: Instant): BatchSnapshot {
    const { chance, faults } = this.world;
    if (this.amnesia === 0 && this.shownJobs > 0 && chance.happens(faults.amnesia)) {
      this.amnesia = chance.whole(1, 3);
      this.incarnation += 1;
    }
    const forgets = this.amnesia > 0;
    if (forgets) this.amnesia -= 1;
    const { alsoShown } = this;
    const own = this.jobs.filter(({ state }) => state !== 'done').map(toJob);
    const jobs = forgets ? [] : [...own, ...alsoShown.jobs];
    this.shownJobs = jobs.length;
    const places = [...this.hosts.values()].map((place) => this.toHost(place, forgets));
    const hosts = [...places, ...alsoShown.hosts];
    const incarnation = this.world.tellsIncarnation ? { incarnation: `${this.incarnation}` } : {};
    return { taken, jobs, hosts: new Map(hosts.map((host) => [host.name, host])), ...incarnation };
  }

  private toHost(place: Place, forgets: boolean): BatchHost {
    const { machine, cordon, name, slots } = place;
    const now = this.world.clock.now();
    const isHeard = machine?.up === true && now - (machine.ended ?? now) < SILENT;
    return {
      ...{ name, slots, features: [], used: forgets ? 0 : this.used(place) },
      state: isHeard ? 'up' : 'down',
      ...(cordon !== undefined && { cordon: { ours: true, reason: cordon } }),
    };
  }

  private add(name: HostName, slots: number): void {
    this.world.onAdd?.();
    if (!this.hosts.has(name)) this.hosts.set(name, { name, slots });
    const here = this.world.machines.find(
      ({ up, ended, tags }) =>
        up &&
        ended === undefined &&
        tags?.seat.host === name &&
        tags.controller === this.world.store.controller,
    );
    if (here !== undefined) this.join(here);
  }

  private cordon(name: HostName, reason: string): void {
    const place = this.hosts.get(name);
    if (place === undefined) return;
    this.world.judge.cordoning(reason.startsWith(CORDON_PREFIX), name);
    place.cordon ??= reason;
  }

  private uncordon(name: HostName): void {
    const place = this.hosts.get(name);
    if (place?.cordon === undefined) return;
    if (!place.cordon.startsWith(CORDON_PREFIX)) throw failure('BATCH_REFUSED');
    delete place.cordon;
    this.schedule();
  }

  private remove(name: HostName): void {
    const place = this.hosts.get(name);
    if (place === undefined) return;
    if (this.world.refusesBusy && this.on(name).length > 0) throw failure('HOST_BUSY');
    this.world.judge.removing(name, this.on(name));
    this.hosts.delete(name);
  }

  private forceRemove(name: HostName): readonly JobId[] {
    const jobs = this.on(name);
    this.hosts.delete(name);
    for (const job of jobs) {
      this.world.judge.requeueing(job);
      job.state = 'pending';
      delete job.host;
      delete job.machine;
    }
    this.schedule();
    return jobs.map(({ id }) => id);
  }
}

function failure(code: BatchCode): BatchError {
  return new BatchError(`the cluster says ${code}`, { kind: 'remote', code });
}

function toJob({ id, slots, state, host, submitted, started }: Work): Job {
  return {
    ...{ id, slots, submitted, hostCount: 1, tasks: 1, features: [] },
    state: state === 'running' ? 'running' : 'pending',
    hosts: host === undefined ? [] : [host],
    ...(started !== undefined && { started }),
  };
}
