/**
 * What is remembered of a job. Each part is written once and never changes, so that any process can be
 * killed at any time, and any two can work at once.
 *
 * @module
 */

import type { Instant } from '../../base/clock.ts';
import type { CredentialPaths } from '../arc/credentials.ts';
import type { JobDescription } from '../description.ts';
import type { GridEngineNames } from '../gridengine/words.ts';
import type { JobStatus } from '../target.ts';

/** Where a job went, and what opens it again. */
export type TargetSpec = (
  | { readonly kind: 'arc'; readonly url: string; readonly credentials: CredentialPaths }
  | {
      readonly kind: 'arc-cli';
      readonly url: string;
      /** As `arcsub -T` names it. */
      readonly protocol: string;
      readonly credentials: CredentialPaths;
    }
  | { readonly kind: 'slurm' }
  | ({ readonly kind: 'gridengine' } & GridEngineNames)
  | { readonly kind: 'local' }
) & {
  /** Machine from which it is used, over ssh: `USER@HOST`. Default: this one. */
  readonly via?: string;
};

export interface JobRecord {
  /** Short, for people; `SWEEP.NUMBER` for one of a sweep. */
  readonly id: string;
  readonly created: Instant;
  /** Directory of the record. */
  readonly directory: string;
  readonly description: JobDescription;
  readonly wrapper: string;
  /** Where it may go: one of these, the first choice first. Missing in old records. */
  readonly targets?: readonly TargetSpec[];
  /** Set where it is one of many. */
  readonly sweep?: SweepPart;
  /** The last one counts; at least one, unless a submission was cut off before it began. */
  readonly attempts: readonly Attempt[];
}

/** One submission. */
export interface Attempt extends AttemptBegin {
  readonly number: number;
  /** The target's name for it; set when everything had been handed over. */
  readonly handle?: string;
  /** How it ended. */
  readonly end?: JobStatus;
}

/** Written before anything is sent. */
export interface AttemptBegin {
  readonly mark: string;
  readonly target: TargetSpec;
  readonly began: Instant;
  /** Who submits: see `temporaryName`. */
  readonly by: string;
}

export interface JobHead {
  readonly format: 'apppot-job-record-1';
  readonly created: Instant;
  readonly description: JobDescription;
  readonly wrapper: string;
  readonly targets?: readonly TargetSpec[];
  readonly sweep?: SweepPart;
}

/** One of the jobs of a sweep: the same job with other parameters. */
export interface SweepPart {
  readonly id: string;
  /** Its number among them, from 1 on. */
  readonly number: number;
  /** Of all of them, also those that were forgotten since. */
  readonly count: number;
  /** The parameters, as they were given. */
  readonly value: string;
}

export interface SweepHead {
  readonly format: 'apppot-sweep-record-1';
  readonly created: Instant;
}
