import type { NodeId, Seat } from '../model/node.ts';
import type { Tools } from './act/tools.ts';
import { reserveOf } from './money.ts';
import { newNodeId, nodeName } from './names.ts';
import type { Plan, Start } from './plan/plan.ts';
import type { Entry, NodeRow } from './rows.ts';
import type { Step } from './store/store.ts';

/**
 * Writes a plan down, in one transaction, before anything of it is done: the new nodes with their names, seats and what
 * is kept back for them, too.
 *
 * @param look Name of the record of what the plan was made from.
 * @returns the new nodes.
 */
export function enlist(
  plan: Plan,
  look: string,
  seats: readonly Seat[],
  tools: Tools,
): readonly NodeId[] {
  const rows = plan.starts.flatMap((start, index) => {
    const seat = seats[index];
    const id = newNodeId(tools.random);
    return seat === undefined ? [] : [newRow(start, id, seat, plan.at, tools)];
  });
  tools.store.step(tools.epoch, (step) => {
    for (const row of [...plan.rows, ...plan.adopted, ...rows]) step.putNode(row);
    for (const health of plan.health) step.putHealth(health);
    for (const stray of plan.strays) step.putStray(stray);
    for (const key of plan.dropped) step.dropStray(key);
    for (const { id, answer } of plan.answers) step.finishRequest(id, answer);
    step.putPulse(plan.pulse);
    tell(step, [...plan.entries, ...rows.map((row) => started(row, plan))], look);
  });
  return rows.map(({ id }) => id);
}

function tell(step: Step, entries: readonly Entry[], look: string): void {
  for (const entry of entries) step.tell({ ...entry, look });
}

function started({ id, pool, name, seat, forJobs, startReason }: NodeRow, plan: Plan): Entry {
  const text = `planned ${name} on ${seat.host}: ${startReason}`;
  return { at: plan.at, kind: 'start', node: id, pool, jobs: forJobs, text, policy: plan.policy };
}

export function newRow(
  start: Start,
  id: NodeId,
  seat: Seat,
  now: number,
  tools: Pick<Tools, 'pools' | 'store' | 'limits'>,
): NodeRow {
  const setup = tools.pools.get(start.pool);
  if (setup === undefined) throw new Error(`no pool ${start.pool}`);
  const { price, billingUnit, maxLifetime } = setup.pool;
  const { controller } = tools.store;
  return {
    ...{ id, name: nodeName(controller, start.pool, id), pool: start.pool, seat },
    ...{ phase: 'planned', since: now, created: now, price, billingUnit, maxLifetime },
    ...{ used: 0, specHash: setup.specHash, startReason: start.reason, forJobs: start.forJobs },
    ...{ probe: start.probe, adopted: false, tokens: [], leases: [], asked: 0, missing: 0 },
    reserved: reserveOf(price, tools.limits.reserve, billingUnit),
  };
}
