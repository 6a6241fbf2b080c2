import type { Seconds } from '../base/clock.ts';
import type { Bytes } from '../base/units.ts';
import type { HostName, Job } from '../model/job.ts';
import { hasRoom, lifeOf, type Room, shapeOf, slotsPerHost } from './fits.ts';

interface Bin {
  slots: number;
  memory?: Bytes;
  readonly features: readonly string[];
  readonly queues?: readonly string[];
  readonly host?: HostName;
  readonly maxLifetime?: Seconds;
}

/**
 * Puts jobs, in their order, where there is room: each on the first machines that have it, on all of them or on
 * none; of the tasks of an array as many as have room. Of one shape that found no room no other will that runs
 * as long: so a long queue costs no more than its length.
 *
 * @returns the jobs that there is no room for; an array with those of its tasks that there is none for.
 */
export function pack(jobs: readonly Job[], rooms: readonly Room[]): readonly Job[] {
  const bins = rooms.filter(({ slots }) => slots > 0).map((room): Bin => ({ ...room }));
  const hopeless = new Map<string, Seconds>();
  const left: Job[] = [];
  for (const [index, job] of jobs.entries()) {
    if (bins.length === 0) return left.concat(jobs.slice(index));
    const tasks = placeHopeful(job, bins, hopeless);
    if (tasks > 0) left.push(tasks === job.tasks ? job : { ...job, tasks });
  }
  return left;
}

/** @param hopeless By shape the shortest run time that has found no room. */
function placeHopeful(job: Job, bins: Bin[], hopeless: Map<string, Seconds>): number {
  const shape = shapeOf(job);
  if ((hopeless.get(shape) ?? Number.POSITIVE_INFINITY) <= lifeOf(job)) return job.tasks;
  const left = placeAll(job, bins);
  if (left > 0) hopeless.set(shape, lifeOf(job));
  return left;
}

/** @returns how many of its tasks have no room. */
function placeAll(job: Job, bins: Bin[]): number {
  let left = job.tasks;
  while (left > 0 && place(job, bins)) left -= 1;
  return left;
}

function place(job: Job, bins: Bin[]): boolean {
  const wanted = Math.max(1, job.hostCount);
  const chosen: Bin[] = [];
  for (const bin of bins) {
    if (chosen.length === wanted) break;
    if (hasRoom(bin, job)) chosen.push(bin);
  }
  if (chosen.length < wanted) return false;
  for (const bin of chosen) take(bin, job);
  if (chosen.some(({ slots }) => slots === 0)) dropFull(bins);
  return true;
}

function take(bin: Bin, job: Job): void {
  const slots = slotsPerHost(job);
  bin.slots -= slots;
  if (bin.memory !== undefined && job.memory !== undefined) bin.memory -= job.memory * slots;
}

function dropFull(bins: Bin[]): void {
  bins.splice(0, bins.length, ...bins.filter(({ slots }) => slots > 0));
}
