/**
 * Nodes that are User-Mode Linux processes of other machines, reached by ssh: what is there is found out there.
 *
 * @module
 */

import type { Instant } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';
import { planSandbox } from '../grid/sandbox.ts';
import type { Machine } from '../host/machine.ts';
import { type GuestPlace, guestPlace } from './guest-place.ts';
import { type GuestStart, guestProvider } from './guest-provider.ts';
import { type NodeJob, nodeJob } from './node-job.ts';
import { once } from './once.ts';
import {
  type Instance,
  type Listing,
  type Order,
  type Provider,
  ProviderError,
} from './provider.ts';

export interface SshOptions extends Pick<NodeJob, 'image' | 'memory' | 'binds'> {
  readonly name: string;
  /** Each with the name that ids carry: `USER@HOST`. */
  readonly machines: readonly Machine[];
  /** Absolute path of a directory for nodes on each; default: below the user's home there. */
  readonly directory?: string;
  /** `$TMPDIR` of guests there. */
  readonly temporary: string;
  /** Most nodes at once on one machine; 0: as many as there is memory for. */
  readonly most: number;
  readonly now: () => Instant;
}

/** Ids are `NAME@MACHINE`. A node is started on the machine with the fewest that has room. */
export function sshProvider(options: SshOptions): Provider {
  const { name, now, machines } = options;
  const places = new Map(machines.map((machine) => [machine.name, onMachine(options, machine)]));
  const listAll = async (signal?: AbortSignal) =>
    Promise.all(
      [...places].map(async ([machine, place]) => {
        const listing = await place.list(signal).catch((error: unknown) => tolerate(error));
        return { machine, place, listing };
      }),
    );
  const find = (id: string): Provider => {
    const place = places.get(id.slice(id.indexOf('@') + 1));
    if (place !== undefined && id.includes('@')) return place;
    throw unknown(id, name);
  };
  const orders = once<string>();
  const createOnce = async (order: Order, signal?: AbortSignal): Promise<string> => {
    const all = await listAll(signal);
    const there = all.find(({ listing }) =>
      listing?.instances.some((one) => one.name === order.name),
    );
    if (there !== undefined) return `${await there.place.create(order, signal)}@${there.machine}`;
    const silent = all.find(({ listing }) => listing?.complete !== true);
    if (silent !== undefined) throw silence(order, silent.machine);
    return createOnOne(order, all, signal);
  };
  return {
    kind: 'ssh',
    name,
    create: async (order, signal) => {
      signal?.throwIfAborted();
      return orders.do(order.name, () => createOnce(order, signal));
    },
    list: async (signal): Promise<Listing> => {
      const taken = now();
      const all = await listAll(signal);
      if (all.every(({ listing }) => listing === undefined)) throw nobody(name);
      return {
        taken,
        instances: all.flatMap(({ machine, listing }) => named(listing?.instances ?? [], machine)),
        complete: all.every(({ listing }) => listing?.complete === true),
      };
    },
    terminate: async (id, signal, ending) => {
      await find(id).terminate(id.slice(0, id.indexOf('@')), signal, ending);
    },
    check: async (signal) =>
      (await Promise.all([...places.values()].map((place) => place.check(signal)))).flat(),
    close: async () => {
      await Promise.all(machines.map((machine) => machine.close()));
    },
  };
}

/** The guests of one machine; its home is asked for when it is needed first. */
function onMachine(options: SshOptions, machine: Machine): Provider {
  const { directory, temporary, memory, most, now } = options;
  const make = async (): Promise<GuestPlace> => {
    const base = directory ?? `${await machine.home()}/.local/state/apppot/nodes`;
    return guestPlace({ host: machine, base, temporary, memory, most });
  };
  let made: Promise<GuestPlace> | undefined;
  const get = (): Promise<GuestPlace> => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
  return guestProvider({
    kind: 'ssh',
    name: machine.name,
    now,
    place: {
      create: async (...words) => (await get()).create(...words),
      list: async (signal) => (await get()).list(signal),
      end: async (...words) => (await get()).end(...words),
    },
    start: () => startOf(options),
    check: async () => {
      const tried = machine.run(['sh', '-c', 'command -v linux.uml slirp4netns setsid'], TRIAL);
      return tried.then(
        () => [],
        (error: Error) => [`${machine.name}: ${error.message}`],
      );
    },
  });
}

const TRIAL = { timeout: 60 } as const;

/** The wrapper of a grid job: it decides on the machine what a start here decides beforehand. */
async function startOf(options: SshOptions): Promise<GuestStart> {
  const { files, wrapper } = await planSandbox(nodeJob(options));
  const texts = files.flatMap(({ name, source }) =>
    source.kind === 'text' ? [[name, source.text] as const] : [],
  );
  const script = new Map(texts).get(wrapper) ?? '';
  return { script, files: new Map(texts.filter(([name]) => name !== wrapper)) };
}

interface Candidate {
  readonly machine: string;
  readonly place: Provider;
  readonly listing: Listing | undefined;
}

async function createOnOne(
  order: Order,
  all: readonly Candidate[],
  signal: AbortSignal | undefined,
): Promise<string> {
  const count = ({ listing }: Candidate): number => listing?.instances.length ?? 0;
  let full: unknown;
  for (const { machine, place } of all.toSorted((one, other) => count(one) - count(other))) {
    try {
      return `${await place.create(order, signal)}@${machine}`;
    } catch (error) {
      if (!(error instanceof ProviderError) || error.code !== 'NO_CAPACITY') throw error;
      full = error;
    }
  }
  throw full;
}

function named(instances: readonly Instance[], machine: string): Instance[] {
  return instances.map((instance) => ({ ...instance, id: `${instance.id}@${machine}` }));
}

/** One that does not answer makes a listing incomplete, not impossible. */
function tolerate(error: unknown): undefined {
  if (!(error instanceof AppPotError)) throw error;
}

/** It may have the very node that is asked for. */
function silence({ name }: Order, machine: string): ProviderError {
  return new ProviderError(`Cannot start the node "${name}": ${machine} does not answer`, {
    kind: 'remote',
    code: 'UNREACHABLE',
    hint: `Is it up? Try: ssh ${machine} true`,
  });
}

function nobody(name: string): ProviderError {
  return new ProviderError(`Cannot list the nodes of ${name}: no machine answers`, {
    kind: 'remote',
    code: 'UNREACHABLE',
  });
}

function unknown(id: string, name: string): ProviderError {
  return new ProviderError(`Cannot end the node "${id}": ${name} has no such machine`, {
    kind: 'missing',
    code: 'REFUSED',
  });
}
