/**
 * What can run jobs: an ARC service, a Slurm or Grid Engine cluster, this machine.
 *
 * @module
 */

import type { Instant, Seconds } from '../base/clock.ts';
import type { JobDescription } from './description.ts';

/**
 * `unsubmitted`: recorded, and not handed over to any target yet. `unknown`: the target did not answer, or not
 * about this job. Neither means that a job has ended.
 */
export type JobState =
  | 'unsubmitted'
  | 'accepted'
  | 'staging'
  | 'queued'
  | 'held'
  | 'running'
  | 'finishing'
  | 'finished'
  | 'failed'
  | 'killed'
  | 'gone'
  | 'unknown';

export interface JobStatus {
  /** `finished`: its command ended with status 0. */
  readonly state: JobState;
  /** The word of the target itself, such as `INLRMS` or `CG`. */
  readonly own?: string;
  /** Of the guest's command; set when it ended by itself. */
  readonly exitStatus?: number;
  /** Why it failed, in one line. */
  readonly reason?: string;
  readonly queue?: string;
  readonly ended?: Instant;
  readonly wallTime?: Seconds;
}

/** A job that is ready to travel: a sandbox of files with the wrapper that runs it. */
export interface StagedJob {
  /** Found again by it after an interrupted submission: unique, letters, digits and dashes. */
  readonly mark: string;
  /** Letters and digits that the target keeps beside the mark: for {@link MarkedTarget}. */
  readonly label?: string;
  readonly name: string;
  /** Local directory with all that travels, under the names of the job directory. */
  readonly sandbox: string;
  /** What the sandbox's wrapper is called. */
  readonly wrapper: string;
  readonly description: JobDescription;
}

export interface TargetFile {
  /** Relative to the job directory. */
  readonly name: string;
  readonly isDirectory: boolean;
}

/** How busy a target is, as far as it says so. */
export interface SiteLoad {
  /** Slots in which a job could start now. */
  readonly free?: number;
  /** Jobs that wait for one, of all users. */
  readonly waiting?: number;
}

/**
 * Every call has a deadline of its own and fails with a `GridError` when the target cannot be reached or
 * refuses; none of them is retried inside.
 */
export interface Target {
  /** `arc`, `arc-cli`, `slurm`, `gridengine`, `local`. */
  readonly kind: string;
  /** How messages and records name it: a URL, `slurm`, `slurm via user@host`. */
  readonly name: string;
  /** Looks how busy it is, and so whether it can be used at all. */
  load(): Promise<SiteLoad>;
  /** Hands a job over. @returns the target's name for it. */
  submit(job: StagedJob): Promise<string>;
  /** Looks for jobs that carry a mark, for after an interruption. @returns their names. */
  find(mark: string): Promise<readonly string[]>;
  /** Goes on with a submission that was cut off: hands over what is missing. Again does no harm. */
  resume(id: string, job: StagedJob): Promise<void>;
  /** One answer for each name; `unknown` where there was none. */
  status(ids: readonly string[]): Promise<ReadonlyMap<string, JobStatus>>;
  /** Asks for the end of a job; returns when that was accepted. */
  kill(id: string): Promise<void>;
  /** Lists a directory of the job; one that is not there is empty. */
  list(id: string, directory: string): Promise<readonly TargetFile[]>;
  /**
   * Copies a file of the job into a local one, whole or not at all.
   *
   * @throws {GridError} `OUTPUT_MISSING` when the job has none of that name.
   */
  fetch(id: string, name: string, to: string): Promise<void>;
  /** Forgets the job and its files. */
  clean(id: string): Promise<void>;
  close(): Promise<void>;
}

/** A job of ours, as a target knows it. */
export interface MarkedJob {
  readonly mark: string;
  readonly label?: string;
}

/** One that can tell all that it has of ours, without our records. */
export interface MarkedTarget extends Target {
  /** By its names for them; those that have ended, too, as long as it keeps anything of them. */
  all(): Promise<ReadonlyMap<string, MarkedJob>>;
}
