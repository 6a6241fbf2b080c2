import type { Clock, Instant, Seconds } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { BatchSystem } from '../batch/batch.ts';
import type { NodeFile, Seat } from '../model/node.ts';
import type { Pool } from '../model/pool.ts';
import type { Decider } from '../policy/view.ts';
import type { Provider } from '../provider/provider.ts';
import type { Vpn } from '../vpn/vpn.ts';
import type { Limits } from './limits.ts';
import type { NodeRow } from './rows.ts';
import type { Store } from './store/store.ts';

/** A pool, where its nodes come from, and what they are told. */
export interface PoolSetup {
  readonly pool: Pool;
  readonly provider: Provider;
  /** Digest of all settings that a node of it is started with. */
  readonly specHash: string;
  /** What a guest is told besides its VPN's files. */
  files(assignment: Assignment): ReadonlyMap<string, NodeFile>;
}

export interface Assignment {
  readonly node: Pick<NodeRow, 'id' | 'name' | 'pool' | 'seat'>;
  /** 64 hexadecimal digits: proves that a report of being ready is this node's. Works once. */
  readonly token: string;
  /** Its signs of life carry it: as long. */
  readonly lease: string;
  /** How long it lives without hearing of us, unless a job runs on it. */
  readonly leaseTime: Seconds;
}

export interface BudgetTerms {
  readonly limit: number;
  /** A calendar month in UTC, or a length of time counted from 1970. */
  readonly period: 'month' | Seconds;
  /**
   * What happens to nodes that the rest of the budget is not enough for. `drain`: they end after their jobs.
   * `kill`: they end when it is used up, whatever runs on them. Default `drain`.
   */
  readonly mode?: 'drain' | 'kill';
}

/** Everything that the engine works with. */
export interface OrchestratorSetup {
  readonly clock: Clock;
  readonly random: Random;
  readonly batch: BatchSystem;
  /** Whom instances name as the one to ask, as `user@machine`. */
  readonly owner?: string;
  readonly pools: readonly PoolSetup[];
  readonly store: Store;
  /** Asked once in each cycle: between two it may become another. */
  readonly policy: Decider;
  readonly vpn?: Vpn;
  /** Places that nodes can take; not more nodes than seats live at once. */
  readonly seats: readonly Seat[];
  readonly limits?: Partial<Limits>;
  readonly budget?: BudgetTerms;
  /** Lets the first sweep end or take over instances of ours that the store knows nothing of. Default false. */
  readonly arm?: boolean;
  /** Cycles that are kept for replay. Default 20. */
  readonly record?: number;
  /** Hears of each cycle when all is done, before it is recorded. */
  onCycle?(report: CycleReport): void;
}

export interface CycleReport {
  readonly at: Instant;
  /** What could not be learnt, and why. */
  readonly troubles: readonly string[];
  readonly phases: Readonly<Record<string, number>>;
  /** What was said in the journal. */
  readonly news: readonly string[];
  readonly actions: number;
  /** Machines that others own, where our providers show them. */
  readonly foreign: number;
}
