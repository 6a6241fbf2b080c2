import type { Instant, Seconds } from '../../base/clock.ts';
import type { Host } from '../../host/host.ts';
import type { Job } from '../../model/job.ts';
import { BatchError, type BatchSnapshot } from '../batch.ts';
import { marked } from './groups.ts';
import { toHosts } from './hosts.ts';
import { incarnations } from './incarnation.ts';
import { parseQstat, type QueueListing, type Spread } from './qstat.ts';
import { spreads } from './spreads.ts';
import { type Ask, SURROUNDINGS, unreachable } from './words.ts';

export interface Looking {
  readonly host: Host;
  readonly name: string;
  readonly ask: Ask;
  readonly deadline: Seconds;
  readonly port: number;
  readonly now: () => Instant;
}

/** Jobs and queue instances are of one answer: two would not fit together. */
const EVERYTHING = ['qstat', '-f', '-F', '-r', '-u', '*', '-xml'];
/** Jobs that are to begin later look like any other that waits, but for their priority of 0. */
const LATER = ['qstat', '-s', 'ha', '-u', '*', '-xml'];

export function looking(means: Looking): (signal?: AbortSignal) => Promise<BatchSnapshot> {
  const { ask, now } = means;
  const environments = spreads(ask, now);
  const incarnationOf = incarnations(ask, means.port);
  return async (signal) => {
    const taken = now();
    const incarnation = await incarnationOf(signal);
    const spread = await environments.learn(signal);
    const { jobs, instances } = await listing(means, EVERYTHING, spread, signal);
    const isShut = instances.some(({ state }) => state.includes('d'));
    const marks = isShut ? await marked(ask, signal) : new Set<string>();
    return {
      taken,
      jobs: await withBeginTimes(means, jobs, signal),
      hosts: toHosts(instances, marks),
      ...(incarnation !== undefined && { incarnation }),
    };
  };
}

async function listing(
  { host, name, deadline }: Looking,
  argv: readonly string[],
  spread: Spread,
  signal?: AbortSignal,
): Promise<QueueListing> {
  const options = { timeout: deadline, ...(signal !== undefined && { signal }) };
  try {
    return await parseQstat(host.stream([...SURROUNDINGS, ...argv], options), spread);
  } catch (error) {
    throw error instanceof BatchError ? error : unreachable(name, 'qstat', error);
  }
}

async function withBeginTimes(
  means: Looking,
  jobs: readonly Job[],
  signal?: AbortSignal,
): Promise<readonly Job[]> {
  const mayBeginLater = ({ state, priority }: Job) => state === 'pending' && priority === 0;
  if (!jobs.some(mayBeginLater)) return jobs;
  const { jobs: later } = await listing(means, LATER, () => undefined, signal);
  const ids = new Set(later.map(({ id }) => id));
  return jobs.map((job) =>
    job.state === 'pending' && ids.has(job.id)
      ? { ...job, state: 'held', reason: 'begin time' }
      : job,
  );
}
