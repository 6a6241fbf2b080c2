import type { Instant } from '../base/clock.ts';
import type { BatchHost } from '../model/host.ts';
import type { Job, JobId } from '../model/job.ts';
import type { Node, NodeId } from '../model/node.ts';
import type { Budget, History, PoolView, Proposal } from './policy.ts';

/**
 * Everything that a decision is made from, as plain data: it can be sent to another thread, written down, and
 * decided upon once more.
 */
export interface PolicyView {
  readonly now: Instant;
  /** The policy's random numbers follow from it. */
  readonly seed: number;
  readonly pending: readonly Job[];
  readonly running: readonly Job[];
  /** All of the batch system, the cluster's own and ours. */
  readonly hosts: readonly BatchHost[];
  /** Ours whose life is not over. */
  readonly nodes: readonly Node[];
  readonly pools: readonly PoolView[];
  readonly history: History;
  readonly budget?: Budget;
  /** Most nodes that may be asked for at once. */
  readonly maxDelta: number;
}

export interface Refusal {
  readonly job: JobId;
  readonly reason: string;
}

export interface Stop {
  readonly node: NodeId;
  /** `stop`: it is idle. `retire`: it may be running jobs, and ends after them. */
  readonly how: 'stop' | 'retire';
  readonly reason: string;
}

export interface Kept {
  readonly node: NodeId;
  readonly reason: string;
  readonly notBefore?: Instant;
}

/** What a policy wants, and why. Nothing of it has been done. */
export interface Decision {
  /** `NAME@VERSION` of the policy. */
  readonly policy: string;
  /** Pending jobs that are no candidates. */
  readonly refused: readonly Refusal[];
  /** How many are; of arrays each task counts. */
  readonly candidates: number;
  /** Candidates that neither free slots nor coming nodes have room for. */
  readonly unserved: readonly JobId[];
  readonly proposals: readonly Proposal[];
  /** In the order to end them. */
  readonly stops: readonly Stop[];
  /** Ready nodes that stay. */
  readonly kept: readonly Kept[];
}

/** Where decisions come from. Each call is one cycle's: between two calls the policy may become another. */
export interface Decider {
  /** Names the policy and its version; written down with each decision. */
  readonly id: string;
  /** @throws {PolicyError} `POLICY_FAULTY`, `POLICY_SLOW`; then nothing is to be started or ended. */
  decide(view: PolicyView, signal?: AbortSignal): Promise<Decision>;
  close(): Promise<void>;
}
