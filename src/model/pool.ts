import type { Seconds } from '../base/clock.ts';
import type { Bytes } from '../base/units.ts';

export type PoolName = string;

/** Nodes of one size from one provider, with their limits and price. */
export interface Pool {
  /** Letters, digits and dashes, at most 16: it is part of the names of nodes. */
  readonly name: PoolName;
  /** Slots and memory of one node, as jobs see them. */
  readonly slots: number;
  readonly memory: Bytes;
  readonly features: readonly string[];
  /** Whose jobs its nodes take. Missing: those of all. */
  readonly queues?: readonly string[];
  /** Most nodes at once, those being started or ended included. */
  readonly maxNodes: number;
  /** Nodes that are kept even when nobody needs them. Default 0. */
  readonly minNodes: number;
  /** Of one node for an hour, in the money of the budget. Default 0. */
  readonly price: number;
  /** Time that is charged for as a whole. Default 1 s. */
  readonly billingUnit: Seconds;
  /** Its provider may take nodes back at any time. Default false. */
  readonly spot?: boolean;
  /** After this a node is no longer given work; jobs that may run for longer get no node. Default 7 days. */
  readonly maxLifetime: Seconds;
}
