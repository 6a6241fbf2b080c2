import type { Bytes } from '../base/units.ts';
import type { Job } from '../model/job.ts';
import type { Pool } from '../model/pool.ts';

/** What there is room for on one machine. */
export interface Room {
  readonly slots: number;
  /** Missing where nobody knows: then it is enough. */
  readonly memory?: Bytes;
  readonly features: readonly string[];
  /** Whose jobs it takes. Missing: those of all. */
  readonly queues?: readonly string[];
}

/** Slots that a job needs on each of its hosts. */
export function slotsPerHost({ slots, hostCount }: Job): number {
  return Math.ceil(slots / Math.max(1, hostCount));
}

/** Whether one machine has room for a job's part on one host. */
export function hasRoom(room: Room, job: Job): boolean {
  const slots = slotsPerHost(job);
  if (room.slots < slots || !isTaken(job.queue, room.queues)) return false;
  if (room.memory !== undefined && job.memory !== undefined && room.memory < job.memory * slots) {
    return false;
  }
  return job.features.every((feature) => room.features.includes(feature));
}

/** A job of several queues, `short,long`, runs in any of them. */
function isTaken(queue = '', queues?: readonly string[]): boolean {
  if (queues === undefined || queue === '') return true;
  return queue.split(',').some((one) => queues.includes(one));
}

/** Whether a job could run on nodes of a pool alone, if they were all idle. */
export function fits(job: Job, pool: Pool): boolean {
  return Math.max(1, job.hostCount) <= pool.maxNodes && hasRoom(pool, job);
}

const SHAPES = new WeakMap<Job, string>();

/** The same for jobs that need the same. */
export function shapeOf(job: Job): string {
  const known = SHAPES.get(job);
  if (known !== undefined) return known;
  const { hostCount, memory = 0, features, queue = '' } = job;
  const shape = `${slotsPerHost(job)}/${hostCount}/${memory}/${features.join(',')}/${queue}`;
  SHAPES.set(job, shape);
  return shape;
}
