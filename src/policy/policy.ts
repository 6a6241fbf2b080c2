/**
 * Policies propose; the engine disposes. A policy is a pure function of what it is shown: the same view gives
 * the same answer, in production, in the simulator and in a test.
 *
 * @module
 */

import type { Instant, Seconds } from '../base/clock.ts';
import type { Job, JobId } from '../model/job.ts';
import type { Node } from '../model/node.ts';
import type { Pool, PoolName } from '../model/pool.ts';

/** A yes or no with its reason, in one clause. */
export interface Verdict {
  readonly ok: boolean;
  readonly reason: string;
  /** Not to be asked again before. */
  readonly notBefore?: Instant;
}

/** Nodes that are wanted. */
export interface Proposal {
  readonly pool: PoolName;
  readonly count: number;
  readonly forJobs: readonly JobId[];
  readonly reason: string;
  /** All or none. Default false. */
  readonly gang?: boolean;
}

/** What has been learnt so far; missing where nothing has. */
export interface History {
  readonly waitP50?: Seconds;
  readonly waitP90?: Seconds;
  readonly bootP50?: Seconds;
  readonly bootP99?: Seconds;
  /** Jobs that came in a second, over the last hour. */
  readonly arrivalRate?: number;
}

export interface Budget {
  readonly spent: number;
  /** Reserved for nodes that live. */
  readonly committed: number;
  readonly limit: number;
  readonly periodStart: Instant;
  readonly periodEnd: Instant;
}

export interface PoolView extends Pool {
  /** Nodes whose life is not over. */
  readonly live: number;
  /** Not yet given work: planned to joining. */
  readonly coming: number;
  /** It gives nodes now: neither backing off nor protected. */
  readonly open: boolean;
  /** Digest of the settings that a node would be started with now. */
  readonly specHash?: string;
}

/** One frozen look at everything. */
export interface PolicyContext {
  readonly now: Instant;
  /** From 0 to 1; the same sequence for the same view. */
  readonly rng: () => number;
  /** Jobs that wait, all of them; candidates only in {@link candidates}. */
  readonly pending: readonly Job[];
  readonly running: readonly Job[];
  /** Pending jobs that {@link Policy.isCloudCandidate} let through; missing while that is asked. */
  readonly candidates: readonly Job[];
  /** Candidates that neither free slots nor coming nodes have room for. */
  readonly unserved: readonly Job[];
  readonly nodes: readonly Node[];
  readonly pools: ReadonlyMap<PoolName, PoolView>;
  readonly history: History;
  readonly budget?: Budget;
  /**
   * Free slots of hosts that candidates can use, the cluster's own included; while nobody waits, of hosts in the
   * queues of our nodes.
   */
  readonly freeSlots: number;
  fits(job: Job, pool: Pool): boolean;
}

export interface Policy {
  readonly name: string;
  readonly version: string;
  /** Whether a job may run on nodes of ours. Default: every pending job that fits a pool. */
  isCloudCandidate?(job: Job, context: PolicyContext): boolean | Verdict;
  /** Nodes that are wanted now. */
  plan?(context: PolicyContext): readonly Proposal[];
  /** Whether one more node is wanted; asked again, with that one counted, until the answer is no. */
  isNewVmNeeded?(context: PolicyContext): boolean | Verdict;
  /** Takes away from what is wanted, never adds to it. */
  limit?(proposals: readonly Proposal[], context: PolicyContext): readonly Proposal[];
  /** Whether an idle node may be ended. */
  canVmBeStopped?(node: Node, context: PolicyContext): boolean | Verdict;
  /** Whether a node is to take no more jobs, and to be ended after those that it runs. */
  canVmBeRetired?(node: Node, context: PolicyContext): boolean | Verdict;
  /** Whether an idle node must stay, whatever other policies say. */
  mustVmBeKept?(node: Node, context: PolicyContext): boolean | Verdict;
  /** Which of two is ended first; as for `Array.sort`. */
  rankStop?(a: Node, b: Node, context: PolicyContext): number;
}
