import type { Instant } from '../../base/clock.ts';
import type { Seat } from '../../model/node.ts';
import { newRow } from '../enlist.ts';
import { newNodeId } from '../names.ts';
import { isStaying } from '../plan/staying.ts';
import { newHealth, type Request } from '../rows.ts';
import { type Power, rowOf } from './requests.ts';

/**
 * Writes a node down for a host that has none; the engine does the rest.
 *
 * @returns what was done; undefined when it must wait: for the end of the one before, for room, or for a pool of which too much failed.
 */
export function resume(request: Request, tools: Power): string | undefined {
  const { node: host, at } = request;
  const row = rowOf(host, tools.store);
  if (row !== undefined && isStaying(row)) return `${row.name} is there`;
  const seat = tools.seats.find((one) => one.host === host);
  if (seat === undefined) return 'no seat has that name';
  if (row === undefined && hasRoom(tools)) return enlist(request, seat, tools);
  return isLate(at, tools) ? 'there was no room for it in time' : undefined;
}

function isLate(at: Instant, { clock, limits }: Power): boolean {
  return clock.now() - at > limits.bootMost;
}

function hasRoom({ store, clock, pools: [first] }: Power): boolean {
  if (first === undefined) return false;
  const { maxNodes, name } = first.pool;
  const { nodes, health } = store.read();
  const {
    closedAt,
    probeAt = 0,
    backOffUntil = 0,
  } = health.find(({ pool }) => pool === name) ?? newHealth(name);
  const isOpen = closedAt === undefined || probeAt <= clock.now();
  return isOpen && backOffUntil <= clock.now() && nodes.length < maxNodes;
}

function enlist({ jobs = [] }: Request, seat: Seat, tools: Power): string {
  const { store, clock, random, limits } = tools;
  const pools = new Map(tools.pools.map((one) => [one.pool.name, one]));
  const [pool = ''] = pools.keys();
  const now = clock.now();
  return store.step(store.claim(), (step) => {
    const health = step.health(pool);
    const probe = health.closedAt !== undefined;
    const start = { pool, reason: 'Slurm asked for it', forJobs: jobs, probe };
    const row = newRow(start, newNodeId(random), seat, now, { store, limits, pools });
    const text = `planned ${row.name} on ${seat.host}: ${start.reason}`;
    step.putNode(row);
    // The next probe waits for what becomes of this one.
    if (probe) step.putHealth({ ...health, probeAt: now + limits.probeMost });
    step.tell({ at: now, kind: 'start', node: row.id, pool, jobs, text });
    return `planned ${row.name}`;
  });
}
