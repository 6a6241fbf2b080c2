import type { Instant, Seconds } from '../../base/clock.ts';
import type { HostName } from '../../model/job.ts';
import { BatchError, type BatchSystem, CORDON_PREFIX } from '../batch.ts';
import { checkHostName } from '../host-name.ts';
import { type Cluster, cluster } from './cluster.ts';

export interface SimulatedOptions {
  readonly kind: 'replay' | 'random';
  readonly name: string;
  readonly now: () => Instant;
  /** Slots of the cluster's own, on one host `own`. 0: it has none. */
  readonly slots: number;
  /** From the time a host is made known until it is up. */
  readonly joinTime: Seconds;
  /** Gives the cluster the jobs that have come up to then. */
  feed(cluster: Cluster, now: Instant): void;
}

/** A batch system over a cluster that is only computed. What it knows ends with the process. */
export function simulated(options: SimulatedOptions, world: Cluster = cluster()): BatchSystem {
  const { kind, name, now, slots, joinTime, feed } = options;
  let begun: Instant | undefined;
  const look = (signal?: AbortSignal): Instant => {
    signal?.throwIfAborted();
    const time = now();
    if (begun === undefined && slots > 0) addOwn(world, slots, time);
    begun ??= time;
    feed(world, time);
    world.advance(time);
    return time;
  };
  const known = (host: HostName, signal?: AbortSignal) => {
    checkHostName(host);
    look(signal);
    return world.hosts().get(host);
  };
  return {
    ...{ kind, name },
    snapshot: async (signal) => {
      const taken = look(signal);
      return { taken, jobs: world.jobs(), hosts: world.hosts(), incarnation: String(begun) };
    },
    add: async (host, signal) => {
      known(host.name, signal);
      world.add(host, now(), joinTime);
      look();
    },
    cordon: async (host, reason, signal) => {
      const found = known(host, signal);
      if (found === undefined) throw refused(`there is no host "${host}"`);
      if (found.cordon === undefined) world.cordon(host, { ours: isOurs(reason), reason });
    },
    uncordon: async (host, signal) => {
      const found = known(host, signal);
      if (found?.cordon?.ours === false) throw refused(`another has cordoned "${host}"`);
      world.cordon(host, undefined);
      look();
    },
    remove: async (host, signal) => {
      if (known(host, signal) === undefined) return;
      if (world.jobs().some(({ hosts }) => hosts.includes(host))) throw busy(host);
      world.forget(host);
    },
    forceRemove: async (host, signal) => {
      known(host, signal);
      return world.forget(host);
    },
    check: async () => [],
    close: async () => undefined,
  };
}

/** The cluster's own machine. */
const OWN = 'own';

function addOwn(world: Cluster, slots: number, at: Instant): void {
  const size = { slots, memory: slots * 2 ** 33, features: [] };
  world.add({ name: OWN, address: '127.0.0.1', ...size }, at, 0);
}

function isOurs(reason: string): boolean {
  return reason.startsWith(CORDON_PREFIX);
}

function refused(reason: string): BatchError {
  return new BatchError(`Cannot do that: ${reason}`, { kind: 'conflict', code: 'BATCH_REFUSED' });
}

function busy(host: HostName): BatchError {
  return new BatchError(`Cannot remove the host "${host}": jobs run on it`, {
    kind: 'conflict',
    code: 'HOST_BUSY',
  });
}
