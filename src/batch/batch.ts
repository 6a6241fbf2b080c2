/**
 * Batch systems: who waits, who runs and where; and the nodes that are added to them and taken away.
 *
 * @module
 */

import type { Instant, Seconds } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';
import type { Bytes } from '../base/units.ts';
import type { BatchHost } from '../model/host.ts';
import type { HostName, Job, JobId } from '../model/job.ts';

export type BatchCode =
  | 'BATCH_UNREACHABLE' // no answer, or one that was cut: nothing is known; a retry may help
  | 'LISTING_MALFORMED' // an answer that could not be understood; a retry will not help
  | 'BATCH_REFUSED' // it said no; the message carries its words
  | 'HOST_BUSY'; // jobs are on the host, so it is not removed

export class BatchError extends AppPotError<BatchCode> {}

/** One look at everything; never a part of it. */
export interface BatchSnapshot {
  /** When the first question was asked: what it shows was true at that time or later. */
  readonly taken: Instant;
  /** Jobs that have not ended. Finished ones are absent. */
  readonly jobs: readonly Job[];
  readonly hosts: ReadonlyMap<HostName, BatchHost>;
  /** Differs after the batch system's server was started anew, where that can be known. */
  readonly incarnation?: string;
}

export interface NewHost {
  readonly name: HostName;
  readonly address: string;
  readonly slots: number;
  readonly memory: Bytes;
  readonly features: readonly string[];
}

/**
 * Every call has a deadline of its own, obeys `signal`, and fails with a {@link BatchError} when anything is in
 * doubt: an error is never an empty list. Nothing is retried inside.
 */
export interface BatchSystem {
  /** `gridengine`, `slurm`, `replay`, `random`. */
  readonly kind: string;
  /** How messages name it: `gridengine`, `slurm via user@head`. */
  readonly name: string;
  /** Looks at all jobs and hosts. Changes nothing. */
  snapshot(signal?: AbortSignal): Promise<BatchSnapshot>;
  /** Makes a host known, so that its daemon may join before or after. Again does no harm. */
  add(host: NewHost, signal?: AbortSignal): Promise<void>;
  /**
   * Lets no new job start on a host; running ones go on. Again does no harm; one that another has set stays
   * theirs. The batch system has obeyed when this returns: jobs that it was about to start are in later snapshots.
   *
   * @param reason Carried by the batch system where it can; starts with `vmburst:`.
   */
  cordon(name: HostName, reason: string, signal?: AbortSignal): Promise<void>;
  /**
   * Takes a cordon of ours back. Again does no harm.
   *
   * @throws {BatchError} `BATCH_REFUSED` when it is another's.
   */
  uncordon(name: HostName, signal?: AbortSignal): Promise<void>;
  /**
   * Makes a host without jobs unknown. Again, or of an unknown host, does no harm: each step alone may be
   * done already.
   *
   * @throws {BatchError} `HOST_BUSY`
   */
  remove(name: HostName, signal?: AbortSignal): Promise<void>;
  /**
   * Makes a host unknown whose machine is gone, and puts its jobs back into the queue, those included that say
   * they cannot be run again.
   *
   * @returns the jobs that were put back.
   */
  forceRemove(name: HostName, signal?: AbortSignal): Promise<readonly JobId[]>;
  /**
   * What an administrator should put right before nodes are added: one clause each, none when all is well.
   *
   * @throws {BatchError} `BATCH_UNREACHABLE`
   */
  check(signal?: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** How long one call may take unless told otherwise. */
export const BATCH_DEADLINE: Seconds = 60;

/** What every cordon of ours begins with. */
export const CORDON_PREFIX = 'vmburst:';
