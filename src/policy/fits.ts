import type { Seconds } from '../base/clock.ts';
import type { Bytes } from '../base/units.ts';
import type { HostName, Job } from '../model/job.ts';
import type { Pool } from '../model/pool.ts';

/** What there is room for on one machine. */
export interface Room {
  readonly slots: number;
  /** Missing where nobody knows: then it is enough. */
  readonly memory?: Bytes;
  readonly features: readonly string[];
  /** Whose jobs it takes. Missing: those of all. */
  readonly queues?: readonly string[];
  /** Its name. Missing: of a node that is not there yet. */
  readonly host?: HostName;
  /** How long it is still given work: a job that may run for longer has no room. Missing: for ever. */
  readonly maxLifetime?: Seconds;
}

/** Slots that a job needs on each of its hosts. */
export function slotsPerHost({ slots, hostCount }: Job): number {
  return Math.ceil(slots / Math.max(1, hostCount));
}

/** Whether one machine has room for a job's part on one host. */
export function hasRoom(room: Room, job: Job): boolean {
  const slots = slotsPerHost(job);
  if (room.slots < slots || !isTaken(job.queue, room)) return false;
  if ((room.maxLifetime ?? Number.POSITIVE_INFINITY) < lifeOf(job)) return false;
  if (room.memory !== undefined && job.memory !== undefined && room.memory < job.memory * slots) {
    return false;
  }
  return job.features.every((feature) => room.features.includes(feature));
}

/** A job that names no limit may end at any time: it is taken for short. */
export function lifeOf({ wallTime = 0 }: Job): Seconds {
  return wallTime;
}

type Taker = Pick<Room, 'queues' | 'host'>;

/** A job of several queues, `short,long`, runs in any of them; one that asks for none in all. */
export function isTaken(queue: string | undefined, { queues, host }: Taker): boolean {
  if (queues === undefined || queue === undefined || queue === '') return true;
  if (queues.includes(queue)) return true;
  return queue.split(',').some((one) => queues.some((name) => isMeant(one, name, host)));
}

/**
 * Grid Engine takes patterns, `s*`, and places, `short.q@host` or `short.q@@group`, as well; a group may be anybody's.
 * Source: sge_types(1), `wc_queue_list`.
 */
function isMeant(asked: string, name: string, host = ''): boolean {
  const [queue = '', where = '*'] = asked.split(/@(.*)/s);
  return matches(queue, name) && (where.startsWith('@') || matches(where, host));
}

function matches(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name;
  const plain = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${plain.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);
}

/** Whether a job could run on nodes of a pool alone, if they were all idle. */
export function fits(job: Job, pool: Pool): boolean {
  return Math.max(1, job.hostCount) <= pool.maxNodes && hasRoom(pool, job);
}

const SHAPES = new WeakMap<Job, string>();

/** The same for jobs that need the same, however long they run. */
export function shapeOf(job: Job): string {
  const known = SHAPES.get(job);
  if (known !== undefined) return known;
  const { hostCount, memory = 0, features, queue = '' } = job;
  const shape = `${slotsPerHost(job)}/${hostCount}/${memory}/${features.join(',')}/${queue}`;
  SHAPES.set(job, shape);
  return shape;
}
