/**
 * Jobs as batch systems tell of them.
 *
 * @module
 */

import type { Instant, Seconds } from '../base/clock.ts';
import type { Bytes } from '../base/units.ts';

/**
 * As the batch system calls it: `17`; `17.3` (Grid Engine) or `17_3` (Slurm) for a task of an array that has been
 * given a host; `17` for the tasks that wait. Unique within a snapshot.
 */
export type JobId = string;
/** A name of a machine, as the batch system knows it: letters, digits and dashes, without a domain. */
export type HostName = string;

/**
 * `pending`: it would run at once if there were room. `held`: it waits for something that no new node
 * brings, such as a hold, a dependency or a begin time. `running`: it occupies its hosts. `ending`: it is being
 * deleted, or its host cleans up after it; its hosts are not free yet. `broken`: an operator must look at it.
 */
export type JobState = 'pending' | 'held' | 'running' | 'ending' | 'broken';

export interface Job {
  readonly id: JobId;
  readonly state: JobState;
  /** How many tasks of an array this stands for, alike in all else; 1 for any other job. All figures are one task's. */
  readonly tasks: number;
  readonly name?: string;
  readonly user?: string;
  /** Queue or partition that it asks for or runs in. */
  readonly queue?: string;
  /** Slots (cores) that it needs or has, over all its hosts. Default 1. */
  readonly slots: number;
  /** Hosts that it needs at once. Default 1. */
  readonly hostCount: number;
  /** Memory per slot that it asks for. */
  readonly memory?: Bytes;
  /** Features, licences or complexes that its host must have. */
  readonly features: readonly string[];
  /** Longest run time that it asks for. */
  readonly wallTime?: Seconds;
  readonly submitted?: Instant;
  readonly started?: Instant;
  /** Where it runs. Empty unless `running` or `ending`. */
  readonly hosts: readonly HostName[];
  readonly priority?: number;
  /** The batch system's own word for why it waits, or for what broke it. */
  readonly reason?: string;
}
