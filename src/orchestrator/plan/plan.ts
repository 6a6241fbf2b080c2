/**
 * What is to be done now: a pure function of what was seen, what is remembered and what the policy wants. Its result is
 * plain data: it can be printed, and computed again from a record.
 *
 * @module
 */

import type { Instant } from '../../base/clock.ts';
import type { HostName } from '../../model/job.ts';
import type { InstanceId, NodeId } from '../../model/node.ts';
import type { Pool, PoolName } from '../../model/pool.ts';
import type { Budget } from '../../policy/policy.ts';
import type { Decision } from '../../policy/view.ts';
import type { Limits } from '../limits.ts';
import type { Look } from '../look.ts';
import type { Entry, Health, NodeRow, Pulse, Stray } from '../rows.ts';
import type { BudgetTerms } from '../setup.ts';
import type { Rows } from '../store/store.ts';
import { Draft } from './draft.ts';
import { endNodes } from './ends.ts';
import { advance } from './life.ts';
import { obeyRequests } from './requests.ts';
import { see } from './sight.ts';
import { startNodes } from './starts.ts';
import { removeStrayHosts, revokeStrays } from './stray-hosts.ts';
import { sortStrays } from './strays.ts';

export interface PoolTerms {
  readonly pool: Pool;
  /** Name of its provider. */
  readonly provider: string;
  readonly specHash: string;
}

export interface PlanInput {
  readonly look: Look;
  readonly rows: Rows;
  /** Of the nodes in the listings those whose life is over. */
  readonly past: ReadonlySet<NodeId>;
  /** Hosts of nodes that were over lately. */
  readonly left: ReadonlySet<HostName>;
  /** Missing when there was nothing to decide by, or the policy failed. */
  readonly decision?: Decision;
  readonly policy: string;
  readonly pools: readonly PoolTerms[];
  readonly controller: string;
  readonly limits: Limits;
  readonly budget?: Budget;
  readonly budgetMode?: BudgetTerms['mode'];
  /** Cycles since the start in which everything could be looked at. */
  readonly fullCycles: number;
  /** Seats that nobody has, or had until lately. */
  readonly freeSeats: number;
}

/** One call that changes the world. */
export type Action =
  | { readonly do: 'create'; readonly node: NodeId }
  | { readonly do: 'cordon'; readonly node: NodeId; readonly reason: string }
  | { readonly do: 'uncordon'; readonly node: NodeId }
  | { readonly do: 'remove'; readonly node: NodeId; readonly force: boolean }
  | { readonly do: 'terminate'; readonly node: NodeId; readonly instance: InstanceId }
  | { readonly do: 'end-stray'; readonly key: string }
  | { readonly do: 'revoke'; readonly node: NodeId }
  | { readonly do: 'remove-host'; readonly host: HostName };

/** A new node. It gets its name, seat and token when the plan is carried out. */
export interface Start {
  readonly pool: PoolName;
  readonly reason: string;
  readonly forJobs: readonly string[];
  readonly probe: boolean;
}

export interface Plan {
  readonly at: Instant;
  /** That was asked. */
  readonly policy: string;
  /** As they are to be written; only those that change. */
  readonly rows: readonly NodeRow[];
  readonly health: readonly Health[];
  readonly strays: readonly Stray[];
  /** Instances that a stray was kept of and that are no strays any more. */
  readonly dropped: readonly string[];
  /** Instances of ours that are taken over as nodes. */
  readonly adopted: readonly NodeRow[];
  readonly pulse: Pulse;
  readonly starts: readonly Start[];
  readonly actions: readonly Action[];
  readonly entries: readonly Entry[];
  /** Requests that are obeyed with it, and what is answered. */
  readonly answers: readonly { readonly id: number; readonly answer: string }[];
  readonly foreign: number;
}

export function makePlan(input: PlanInput): Plan {
  const sight = see(input);
  const draft = new Draft(input, sight);
  for (const row of input.rows.nodes) advance(row, draft, sight);
  obeyRequests(draft, sight);
  endNodes(draft, sight);
  startNodes(draft, sight);
  sortStrays(draft, sight);
  revokeStrays(draft, sight);
  removeStrayHosts(draft, sight);
  return draft.plan();
}
