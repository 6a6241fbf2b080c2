/**
 * A cluster that only computes what would happen: jobs start in their order where there is room, run for their time, and
 * end. It knows no more time than it is told.
 *
 * @module
 */

import type { Instant, Seconds } from '../../base/clock.ts';
import type { BatchHost } from '../../model/host.ts';
import type { HostName, Job, JobId } from '../../model/job.ts';
import type { NewHost } from '../batch.ts';
import type { Task } from './workload.ts';

interface Machine {
  readonly host: NewHost;
  /** From then on it works. */
  readonly up: Instant;
  used: number;
  cordon: BatchHost['cordon'];
  isLost: boolean;
}

interface Work {
  readonly task: Task;
  readonly submitted: Instant;
  /** It runs there alone. */
  readonly only?: HostName;
  started?: Instant;
  ends?: Instant;
  machine?: Machine;
}

export interface Cluster {
  /** Lets everything happen up to then. Time never goes back. */
  advance(now: Instant): void;
  /** @param only A host that it must run on. */
  submit(task: Task, at: Instant, only?: HostName): void;
  /** Lets a job end at once, however long it would run. */
  end(id: JobId): void;
  add(host: NewHost, at: Instant, joinTime: Seconds): void;
  cordon(name: HostName, cordon: BatchHost['cordon']): void;
  forget(name: HostName): readonly JobId[];
  /** Its machine is dead. What ran on it seems to run on. */
  lose(name: HostName): void;
  jobs(): readonly Job[];
  hosts(): ReadonlyMap<HostName, BatchHost>;
}

export function cluster(): Cluster {
  const machines = new Map<HostName, Machine>();
  let pending: Work[] = [];
  let running: Work[] = [];
  let coming: Work[] = [];
  let time = 0;

  const happen = (now: Instant): void => {
    time = Math.max(time, now);
    for (const work of running) if (isOver(work, now)) release(work);
    running = running.filter((work) => !isOver(work, now));
    const arrived = coming.filter(({ submitted }) => submitted <= now);
    coming = coming.filter(({ submitted }) => submitted > now);
    pending = startAll([...pending, ...arrived], now);
  };
  const startAll = (works: readonly Work[], now: Instant): Work[] => {
    const open = [...machines.values()].filter((one) => takesJobs(one, now));
    return works.filter((work) => {
      const machine = open.find((one) => hasRoomFor(one, work));
      if (machine === undefined) return true;
      machine.used += work.task.slots;
      Object.assign(work, { started: now, ends: now + work.task.duration, machine });
      running.push(work);
      return false;
    });
  };
  const nextEvent = (): Instant =>
    Math.min(
      ...running.map(({ ends = Number.POSITIVE_INFINITY, machine }) =>
        machine?.isLost === true ? Number.POSITIVE_INFINITY : ends,
      ),
      ...coming.slice(0, 1).map(({ submitted }) => submitted),
      ...[...machines.values()].map(({ up }) => (up > time ? up : Number.POSITIVE_INFINITY)),
    );

  return {
    advance: (now) => {
      for (let next = nextEvent(); next < now; next = nextEvent()) happen(next);
      happen(now);
    },
    submit: (task, at, only) => {
      coming.push({ task, submitted: at, ...(only !== undefined && { only }) });
      coming.sort((a, b) => a.submitted - b.submitted);
    },
    end: (id) => {
      const work = running.find(({ task }) => task.id === id);
      if (work !== undefined) work.ends = time;
      pending = pending.filter(({ task }) => task.id !== id);
    },
    add: (host, at, joinTime) => {
      if (machines.has(host.name)) return;
      machines.set(host.name, {
        ...{ host, up: at + joinTime, used: 0, cordon: undefined, isLost: false },
      });
    },
    cordon: (name, cordon) => {
      const machine = machines.get(name);
      if (machine !== undefined) machine.cordon = cordon;
    },
    forget: (name) => {
      const machine = machines.get(name);
      machines.delete(name);
      const torn = running.filter((work) => work.machine === machine && machine !== undefined);
      running = running.filter((work) => !torn.includes(work));
      pending = [
        ...torn.map(({ task, submitted, only }) => again(task, submitted, only)),
        ...pending,
      ];
      return torn.map(({ task }) => task.id);
    },
    lose: (name) => {
      const machine = machines.get(name);
      if (machine !== undefined) machine.isLost = true;
    },
    jobs: () => [
      ...running.map((work) => toJob(work, 'running')),
      ...pending.map((work) => toJob(work, 'pending')),
    ],
    hosts: () =>
      new Map([...machines].map(([name, machine]) => [name, toHost(machine, time)] as const)),
  };
}

function isOver({ ends, machine }: Work, now: Instant): boolean {
  return ends !== undefined && ends <= now && machine?.isLost !== true;
}

function release({ task, machine }: Work): void {
  if (machine !== undefined) machine.used -= task.slots;
}

function takesJobs({ up, cordon, isLost }: Machine, now: Instant): boolean {
  return up <= now && cordon === undefined && !isLost;
}

function hasRoomFor({ host, used }: Machine, { task, only }: Work): boolean {
  return host.slots - used >= task.slots && (only === undefined || only === host.name);
}

function again(task: Task, submitted: Instant, only: HostName | undefined): Work {
  return { task, submitted, ...(only !== undefined && { only }) };
}

function toJob({ task, submitted, started, machine }: Work, state: Job['state']): Job {
  const { id, slots, wallTime, user } = task;
  return {
    ...{ id, state, slots, tasks: 1, hostCount: 1, features: [], submitted },
    hosts: machine === undefined ? [] : [machine.host.name],
    ...(started !== undefined && { started }),
    ...(wallTime !== undefined && { wallTime }),
    ...(user !== undefined && { user }),
  };
}

function toHost({ host, up, used, cordon, isLost }: Machine, now: Instant): BatchHost {
  const { name, slots, memory, features } = host;
  return {
    ...{ name, slots, used, memory, features },
    state: up <= now && !isLost ? 'up' : 'down',
    ...(cordon !== undefined && { cordon }),
  };
}
