import type { HostName } from '../../model/job.ts';
import { type Ask, refused } from './words.ts';

/** One step that may be done already, and the words that say that it is done. */
interface Order {
  readonly argv: readonly string[];
  readonly done: RegExp;
}

const MODIFIED = /modified "|No modification because/;
const REMOVED = /removed "|does not exist|not defined/;

/**
 * Makes a host known. Its execution daemon may be there already, or come later. Slots first: the queue's own number,
 * which should be 0, would count otherwise.
 */
export function addOrders(name: HostName, place: Place, slots: number): readonly Order[] {
  return [
    { argv: ['qconf', '-ah', name], done: /added to administrative host list|already exists/ },
    { argv: ['qconf', '-as', name], done: /added to submit host list|already exists/ },
    {
      argv: ['qconf', '-aattr', 'queue', 'slots', `[${name}=${slots}]`, place.queue],
      done: MODIFIED,
    },
    {
      argv: ['qconf', '-aattr', 'hostgroup', 'hostlist', name, place.hostGroup],
      done: MODIFIED,
    },
  ];
}

export interface Place {
  readonly queue: string;
  readonly hostGroup: string;
}

/**
 * Makes a host without jobs unknown. The order matters: what still refers to a host keeps it. `-dattr` would say that it
 * has removed a queue's setting for the host, and not do it; `-purge` does. A daemon that is not stopped comes back as soon
 * as its host is known again.
 */
export function removeOrders(
  name: HostName,
  { queues, groups, hasOwnSettings }: References,
): readonly Order[] {
  return [
    ...groups.map((group) => ({
      argv: ['qconf', '-dattr', 'hostgroup', 'hostlist', name, group],
      done: /modified "|does not exist in/,
    })),
    ...queues.map((queue) => ({
      argv: ['qconf', '-purge', 'queue', '*', `${queue}@${name}`],
      done: /modified "|not found/,
    })),
    { argv: ['qconf', '-de', name], done: REMOVED },
    { argv: ['qconf', '-dh', name], done: REMOVED },
    { argv: ['qconf', '-ds', name], done: REMOVED },
    ...(hasOwnSettings ? [{ argv: ['qconf', '-dconf', name], done: REMOVED }] : []),
  ];
}

/** What may refer to a host. */
export interface References {
  readonly queues: readonly string[];
  readonly groups: readonly string[];
  /** Removing a configuration that is not there would shake the queue master's database. */
  readonly hasOwnSettings: boolean;
}

/**
 * @param what Completes "Cannot" when one is refused.
 * @throws {BatchError} `BATCH_REFUSED`, `BATCH_UNREACHABLE`
 */
export async function obey(
  ask: Ask,
  what: string,
  orders: readonly Order[],
  signal?: AbortSignal,
): Promise<void> {
  for (const { argv, done } of orders) {
    const text = await ask(argv, { signal });
    if (!done.test(text)) throw refused(what, text);
  }
}
