/**
 * A provider that starts nothing, and fails as real ones do: for demonstrations and for trying settings.
 *
 * @module
 */

import type { Clock, Instant, Seconds } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import {
  type Instance,
  type Order,
  type Provider,
  type ProviderCode,
  ProviderError,
} from './provider.ts';

/** How often a call fails so, from 0 to 1. */
export interface DummyFaults {
  /** Nothing is done, and it says so. */
  readonly unreachable: number;
  readonly noCapacity: number;
  readonly refused: number;
  /** It is done, and the answer gets lost. */
  readonly lostReply: number;
  /** A listing lacks some, and says so. */
  readonly partial: number;
  /** An instance dies before it is up. */
  readonly stillborn: number;
}

export const NO_FAULTS: DummyFaults = {
  ...{ unreachable: 0, noCapacity: 0, refused: 0, lostReply: 0, partial: 0, stillborn: 0 },
};

export const SOME_FAULTS: DummyFaults = {
  ...{ unreachable: 0.05, noCapacity: 0.05, refused: 0.02, lostReply: 0.05, partial: 0.05 },
  stillborn: 0.05,
};

export interface DummyOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly bootTime: Seconds;
  /** How long an instance takes to be gone. */
  readonly endTime: Seconds;
  readonly faults: DummyFaults;
}

/** What is there, whoever looks: it outlives the providers that open it. */
export interface DummyCloud {
  open(name: string): Provider;
  /** Ends an instance behind everybody's back. */
  kill(id: string): void;
}

interface Machine {
  readonly order: Pick<Order, 'name' | 'tags'>;
  readonly up: Instant;
  /** When it dies by itself. */
  readonly dies: Instant;
  gone: Instant;
}

export function dummyCloud(options: DummyOptions): DummyCloud {
  const { clock, random, bootTime, endTime, faults } = options;
  const machines = new Map<string, Machine>();
  const happens = (rate: number): boolean => rate > 0 && random.number() < rate;
  const living = (): Machine[] => {
    const now = clock.now();
    return [...machines.values()].filter(({ dies, gone }) => now < Math.min(dies, gone));
  };
  const begin = (signal?: AbortSignal): void => {
    signal?.throwIfAborted();
    if (happens(faults.unreachable)) throw failure('UNREACHABLE', 'nobody answers');
  };
  const end = (): void => {
    if (happens(faults.lostReply)) throw failure('UNCERTAIN', 'the answer got lost');
  };
  const make = ({ name, tags }: Order): void => {
    if (machines.has(name)) return;
    if (happens(faults.noCapacity)) throw failure('NO_CAPACITY', 'it has no machine left');
    if (happens(faults.refused)) throw failure('REFUSED', 'it does not like the order');
    const up = clock.now() + bootTime;
    const dies = happens(faults.stillborn) ? clock.now() + bootTime / 2 : Number.POSITIVE_INFINITY;
    machines.set(name, { order: { name, tags }, up, dies, gone: Number.POSITIVE_INFINITY });
  };
  const provider = (name: string): Provider => ({
    kind: 'dummy',
    name,
    create: async (order, signal) => {
      begin(signal);
      make(order);
      end();
      return order.name;
    },
    list: async (signal) => {
      begin(signal);
      const all = living().map((machine) => toInstance(machine, clock.now()));
      const complete = !happens(faults.partial);
      const instances = complete ? all : all.filter(() => random.number() < 1 / 2);
      return { taken: clock.now(), instances, complete };
    },
    terminate: async (id, signal) => {
      begin(signal);
      const machine = machines.get(id);
      if (machine) machine.gone = Math.min(machine.gone, clock.now() + endTime);
      end();
    },
    check: async () => [],
    close: async () => undefined,
  });
  return {
    open: provider,
    kill: (id) => {
      const machine = machines.get(id);
      if (machine) machine.gone = clock.now();
    },
  };
}

function toInstance({ order, up, gone }: Machine, now: Instant): Instance {
  const { name, tags } = order;
  const isEnding = gone !== Number.POSITIVE_INFINITY;
  return { id: name, name, tags, state: isEnding ? 'ending' : now < up ? 'starting' : 'running' };
}

function failure(code: ProviderCode, reason: string): ProviderError {
  return new ProviderError(`Cannot use the dummy: ${reason}`, {
    kind: code === 'REFUSED' ? 'conflict' : 'remote',
    code,
  });
}
