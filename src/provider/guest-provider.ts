import type { Instant } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';
import { HostError } from '../host/host.ts';
import type { GuestPlace } from './guest-place.ts';
import { type Listing, type Order, type Provider, ProviderError } from './provider.ts';

export interface GuestProviderOptions {
  readonly kind: string;
  readonly name: string;
  readonly place: Omit<GuestPlace, 'jobdir'>;
  /** Decides about a start: the script, and what else it finds in its job directory. */
  readonly start: (order: Order) => Promise<GuestStart>;
  readonly now: () => Instant;
  readonly check: (signal?: AbortSignal) => Promise<readonly string[]>;
}

export interface GuestStart {
  readonly script: string;
  readonly files: ReadonlyMap<string, string>;
}

/** The agent of a node in its image; its argument is the directory that tells it what to do. */
export const AGENT = '/usr/lib/apppot/apppot-node';

/** Where the guest finds what it is told: no home of a user, for those may come from the host, and cover it. */
export const TOLD = '/srv/apppot/node';

/** Nodes that are guests of one machine. */
export function guestProvider(options: GuestProviderOptions): Provider {
  const { kind, name, place, start, now, check } = options;
  return {
    kind,
    name,
    create: async (order, signal) => {
      checkName(order.name);
      const { script, files } = await start(order);
      const full = await place
        .create(order, script, files, signal)
        .catch((cause) => Promise.reject(fault(`start the node "${order.name}"`, cause)));
      if (full !== undefined) throw noCapacity(name, full);
      return order.name;
    },
    list: async (signal): Promise<Listing> => {
      const taken = now();
      const found = await place
        .list(signal)
        .catch((cause) => Promise.reject(unreachable(name, cause)));
      return { taken, ...found };
    },
    terminate: async (id, signal, { force = false } = {}) => {
      checkName(id);
      const goesOn = await place
        .end(id, force, signal)
        .catch((cause) => Promise.reject(fault(`end the node "${id}"`, cause)));
      if (goesOn) throw vetoed(id);
    },
    check,
    close: async () => undefined,
  };
}

/** It is a name of files, and its last part one of a guest. */
function checkName(name: string): void {
  if (/^[a-z0-9][a-z0-9-]{0,62}$/i.test(name) && /[a-z0-9]{1,32}$/i.test(name)) return;
  throw new ProviderError(`Cannot name a node "${name}": letters, digits and dashes are expected`, {
    kind: 'usage',
    code: 'REFUSED',
  });
}

/** A command that could not even be begun has done nothing; of any other nobody knows. */
function fault(what: string, cause: unknown): unknown {
  if (!(cause instanceof AppPotError)) return cause;
  const isUndone = cause instanceof HostError && UNDONE.has(cause.code);
  return new ProviderError(`Cannot ${what}: ${reasonOf(cause)}`, {
    kind: 'remote',
    code: isUndone ? 'UNREACHABLE' : 'UNCERTAIN',
    cause,
  });
}

const UNDONE: ReadonlySet<string> = new Set([
  'COMMAND_NOT_FOUND',
  'HOST_MALFORMED',
  'HOST_UNTRUSTED',
  'HOST_FORBIDDEN',
]);

function unreachable(name: string, cause: unknown): unknown {
  if (!(cause instanceof AppPotError)) return cause;
  return new ProviderError(`Cannot list the nodes of ${name}: ${reasonOf(cause)}`, {
    kind: 'remote',
    code: 'UNREACHABLE',
    cause,
  });
}

function reasonOf({ message }: Error): string {
  return message.replace(/^Cannot /, 'cannot ');
}

function noCapacity(name: string, reason: string): ProviderError {
  return new ProviderError(`Cannot start a node on ${name}: ${reason}`, {
    kind: 'conflict',
    code: 'NO_CAPACITY',
    hint: 'It is tried again later.',
  });
}

function vetoed(id: string): ProviderError {
  return new ProviderError(`Cannot end the node "${id}": it says that it runs a job`, {
    kind: 'conflict',
    code: 'VETOED',
    hint: 'Wait for the job, or end the node with --force.',
  });
}
