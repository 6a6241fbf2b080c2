/**
 * What the orchestrator remembers.
 *
 * @module
 */

import type { Instant, Seconds } from '../base/clock.ts';
import type { JobId } from '../model/job.ts';
import type { InstanceId, Node, NodeId, Seat } from '../model/node.ts';
import type { PoolName } from '../model/pool.ts';

/** Why a node's instance may be ended: stored before it is asked for. */
export type Evidence =
  /** The batch system said that it takes no more jobs, and looked at later, it has none. */
  | { readonly kind: 'drained'; readonly acked: Instant; readonly seen: Instant }
  /** The batch system does not know it, and has no job on it. */
  | { readonly kind: 'silent'; readonly seen: Instant }
  /** The provider no longer lists it, and the batch system is silent about it. */
  | { readonly kind: 'absent'; readonly listings: number; readonly seen: Instant }
  | { readonly kind: 'forced'; readonly by: string }
  | { readonly kind: 'budget'; readonly spent: number; readonly limit: number };

/** Asking for the end of an instance. */
export interface Ending {
  readonly first: Instant;
  readonly last: Instant;
  readonly wait: Seconds;
  /** When the provider last said that it will. */
  readonly accepted?: Instant;
}

/** One node, whole. Its tombstone is the same row. */
export interface NodeRow extends Node {
  readonly price: number;
  readonly billingUnit: Seconds;
  readonly maxLifetime: Seconds;
  /** Kept back in the budget when it was planned. */
  readonly reserved: number;
  readonly forJobs: readonly JobId[];
  /** It was started to find out whether its pool works again. */
  readonly probe: boolean;
  /** The store had forgotten it. */
  readonly adopted: boolean;
  /** SHA-256 of the tokens that its reports of being ready may carry; one for each time it was asked for. */
  readonly tokens: readonly string[];
  readonly usedToken?: string;
  /** SHA-256 of the secrets that its signs of life may carry; one for each time it was asked for. */
  readonly leases: readonly string[];
  readonly leaseAt?: Instant;
  readonly joinedAt?: Instant;
  /** How often, first and last, an instance was asked for. */
  readonly asked: number;
  readonly firstAsked?: Instant;
  readonly lastAsked?: Instant;
  /** Complete listings without it, one after the other; and when the last of them was taken. */
  readonly missing: number;
  readonly missedAt?: Instant;
  /** Since when its host is down, while it is ready. */
  readonly downSince?: Instant;
  readonly cordonAsked?: Instant;
  /** When the batch system said that it takes no more jobs. */
  readonly cordonAcked?: Instant;
  readonly evidence?: Evidence;
  readonly ending?: Ending;
  /** What an operator said who wants it ended whatever runs on it. */
  readonly forcedBy?: string;
  /** Jobs that were put back into the queue. */
  readonly requeued?: readonly JobId[];
  readonly overAt?: Instant;
}

/** What is known of a pool's recent past. */
export interface Health {
  readonly pool: PoolName;
  /** Starts in a row that came to nothing. */
  readonly failures: number;
  /** Closed, because of them. */
  readonly closedAt?: Instant;
  readonly probeAt?: Instant;
  readonly probeWait: Seconds;
  /** No capacity: not to be asked before. */
  readonly backOffUntil?: Instant;
  readonly backOffWait: Seconds;
  readonly lastStart?: Instant;
  /** When nodes were cordoned, in the last period. */
  readonly cordons: readonly Instant[];
  /** How long the last starts took, from the request to ready. */
  readonly boots: readonly Seconds[];
}

/** An instance of ours that no live row belongs to. */
export interface Stray {
  /** `PROVIDER/INSTANCE`. */
  readonly key: string;
  readonly provider: string;
  readonly instance: InstanceId;
  readonly node: NodeId;
  readonly pool: PoolName;
  readonly seat: Seat;
  /** By our clock. */
  readonly firstSeen: Instant;
  /** Complete listings that had it. */
  readonly listings: number;
  readonly lastListing: Instant;
  readonly ending?: Ending;
}

/** What one look is compared with. */
export interface Pulse {
  /** Jobs, waiting and running, of the last look that succeeded. */
  readonly jobs?: number;
  readonly incarnation?: string;
  /** When that look was taken. */
  readonly taken?: Instant;
  /** Looks for which nothing is ended. */
  readonly frozen: number;
  /** An administrator has let the first sweep go on. */
  readonly armed: boolean;
  /** What was last said about a subject, so that it is said once. */
  readonly said: Readonly<Record<string, string>>;
}

export type RequestKind = 'drain' | 'stop' | 'kill' | 'hold' | 'release' | PowerKind;

/** What Slurm's power saving asks for: a node in a place, its end, and its end since it did not come. */
export type PowerKind = 'resume' | 'suspend' | 'fail';

/** What an operator wants: written by commands, obeyed by the engine. */
export interface Request {
  readonly id: number;
  readonly at: Instant;
  readonly kind: RequestKind;
  /** Name of a node; what Slurm asks for names the host. */
  readonly node: string;
  readonly by: string;
  readonly until?: Instant;
  /** Jobs that a node is asked for. */
  readonly jobs?: readonly JobId[];
}

/** One thing that was decided, done or noticed. */
export interface Entry {
  readonly at: Instant;
  /** `start`, `phase`, `denied`, `failure`, `alarm`, `breaker`, `stray`, `request`, `trouble`. */
  readonly kind: string;
  readonly text: string;
  readonly node?: NodeId;
  readonly pool?: PoolName;
  readonly jobs?: readonly JobId[];
  /** Name of the record of what was seen, which may be kept; and the policy that was asked. */
  readonly look?: string;
  readonly policy?: string;
  readonly data?: unknown;
}

export function newHealth(pool: PoolName): Health {
  return { pool, failures: 0, probeWait: 0, backOffWait: 0, cordons: [], boots: [] };
}

export const FIRST_PULSE: Pulse = { frozen: 0, armed: false, said: {} };
