import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { BatchSystem } from '../../batch/batch.ts';
import type { NodeId } from '../../model/node.ts';
import type { Vpn } from '../../vpn/vpn.ts';
import { within } from '../deadline.ts';
import type { Limits } from '../limits.ts';
import type { NodeRow } from '../rows.ts';
import type { PoolSetup } from '../setup.ts';
import { epochLost } from '../store/refuse.ts';
import type { Epoch, Step, Store } from '../store/store.ts';

/** What an action is done with. */
export interface Tools {
  readonly clock: Clock;
  readonly random: Random;
  readonly batch: BatchSystem;
  readonly pools: ReadonlyMap<string, PoolSetup>;
  readonly vpn?: Vpn;
  readonly store: Store;
  readonly epoch: Epoch;
  /** See {@link OrchestratorSetup.owner}. */
  readonly owner?: string;
  readonly limits: Limits;
  readonly signal?: AbortSignal;
}

/**
 * One call that changes something: only while nobody has taken over, and with a deadline.
 *
 * @throws {OrchestratorError} `EPOCH_LOST`, `DEADLINE_PASSED`
 */
export function mutate<T>(tools: Tools, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { clock, limits, store, epoch, signal } = tools;
  if (!store.isCurrent(epoch)) throw epochLost(epoch, Number.NaN);
  return within(clock, limits.callDeadline, call, signal);
}

/** Writes what became of a node: of its row as it is by now, if it still lives. */
export function revise(
  { store, epoch }: Tools,
  id: NodeId,
  change: (row: NodeRow, step: Step) => NodeRow,
): NodeRow | undefined {
  return store.step(epoch, (step) => {
    const row = step.node(id);
    if (row === undefined || row.overAt !== undefined) return undefined;
    const next = change(row, step);
    if (next !== row) step.putNode(next);
    return next;
  });
}

/** Says what went wrong with a node. */
export function tellFailure(tools: Tools, step: Step, row: NodeRow, text: string): void {
  const at = tools.clock.now();
  step.tell({ at, kind: 'failure', node: row.id, pool: row.pool, text });
}
