/**
 * Providers: where nodes come from.
 *
 * @module
 */

import type { Instant, Seconds } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';
import type { InstanceId, NodeFile, NodeId, Seat } from '../model/node.ts';
import type { PoolName } from '../model/pool.ts';

/**
 * What the engine branches on: `NO_CAPACITY` is weather, asking later may help. `REFUSED`: asking again will
 * not help, nothing was made. `ALREADY_EXISTS`: something has that name. `UNCERTAIN`: no answer; it may or may
 * not have been done. `UNREACHABLE`: certainly nothing was done. `VETOED`: the node itself says that it runs a job,
 * and goes on.
 */
export type ProviderCode =
  | 'NO_CAPACITY'
  | 'REFUSED'
  | 'ALREADY_EXISTS'
  | 'UNCERTAIN'
  | 'UNREACHABLE'
  | 'VETOED';

export class ProviderError extends AppPotError<ProviderCode> {}

/** What everything that is made for a node carries, so that it is found without the store. */
export interface Tags {
  /** UUID of the orchestrator that owns it. */
  readonly controller: string;
  /** Whom to ask about it, as `user@machine`. */
  readonly owner?: string;
  readonly pool: PoolName;
  readonly node: NodeId;
  readonly specHash: string;
  readonly created: Instant;
  /** From then on it is of no use to anybody, whatever became of its orchestrator. Absent: it has no such end. */
  readonly expires?: Instant;
  /** Its place in the cluster: so that one that the store has forgotten is taken over, not ended under its jobs. */
  readonly seat: Seat;
}

export interface Order {
  /** `vb-CONTROLLER-POOL-ID`; unique. The same order again gives the same instance. */
  readonly name: string;
  readonly tags: Tags;
  /**
   * What the guest is told, name to contents: small files, some secret. They reach its control directory or user data, no
   * command line, no log and no file that others can read.
   */
  readonly files: ReadonlyMap<string, NodeFile>;
}

export interface Instance {
  readonly id: InstanceId;
  /** Of its order, where it carries one. */
  readonly name?: string;
  /** Missing when it is not marked as anybody's: foreign, as one of another controller is. */
  readonly tags?: Tags;
  readonly state: 'starting' | 'running' | 'ending';
}

export interface Listing {
  /** When the question was asked. */
  readonly taken: Instant;
  readonly instances: readonly Instance[];
  /** False when some may be missing: then absence proves nothing. */
  readonly complete: boolean;
}

export interface Ending {
  /** Whatever the node says. Default false. */
  readonly force?: boolean;
}

/** Every call has a deadline of its own, and obeys `signal`. Nothing is retried inside. */
export interface Provider {
  /** `uml`, `ssh`, `arc`, `slurm`, `gridengine`, `dummy`. */
  readonly kind: string;
  readonly name: string;
  /**
   * Asks for an instance; returns once that is accepted, not once it is up. The same order again returns
   * the same instance.
   *
   * @throws {ProviderError}
   */
  create(order: Order, signal?: AbortSignal): Promise<InstanceId>;
  /**
   * Everything that runs or is charged for, others' included where they can be seen. An instance that has ended is absent.
   *
   * @throws {ProviderError} `UNREACHABLE`
   */
  list(signal?: AbortSignal): Promise<Listing>;
  /**
   * Asks for the end of an instance, and of all that belongs to it. Of one that has ended, does no harm. That it is
   * gone is told by {@link list} alone.
   *
   * @throws {ProviderError} `VETOED` where the node is asked first, and runs a job.
   */
  terminate(id: InstanceId, signal?: AbortSignal, ending?: Ending): Promise<void>;
  /** What an administrator should know before starting. One clause each. */
  check(signal?: AbortSignal): Promise<readonly string[]>;
  close(): Promise<void>;
}

export const PROVIDER_DEADLINE: Seconds = 60;
