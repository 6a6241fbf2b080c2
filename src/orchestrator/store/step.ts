import type { NodeId } from '../../model/node.ts';
import {
  type Entry,
  FIRST_PULSE,
  type Health,
  type NodeRow,
  newHealth,
  type Pulse,
} from '../rows.ts';
import { nameTaken } from './refuse.ts';
import type { Statements } from './statements.ts';
import type { Step } from './store.ts';

/** The writes of one transaction, which has begun. */
export function stepOn(sql: Statements): Step {
  return {
    node: (id) => parse<NodeRow>(sql.node.get(id)),
    putNode: (row) => putNode(sql, row),
    health: (pool) => parse<Health>(sql.health.get(pool)) ?? newHealth(pool),
    putHealth: (health) => void sql.putHealth.run(health.pool, JSON.stringify(health)),
    putStray: (stray) => void sql.putStray.run(stray.key, JSON.stringify(stray)),
    dropStray: (key) => void sql.dropStray.run(key),
    pulse: () => readPulse(sql),
    putPulse: (pulse) => void sql.putMeta.run('pulse', JSON.stringify(pulse)),
    finishRequest: (id, answer) => void sql.finishRequest.run(answer, id),
    tell: (entry) => tell(sql, entry),
  };
}

export function readPulse(sql: Statements): Pulse {
  const row = sql.meta.get('pulse') as { value: string } | undefined;
  return row === undefined ? FIRST_PULSE : (JSON.parse(row.value) as Pulse);
}

/** A row's `doc`, of a shape that only this program writes. */
export function parse<T>(row: unknown): T | undefined {
  return row === undefined ? undefined : (JSON.parse((row as { doc: string }).doc) as T);
}

function putNode(sql: Statements, row: NodeRow): void {
  const holder = sql.nameOf.get(row.name) as { node: NodeId } | undefined;
  if (holder !== undefined && holder.node !== row.id) throw nameTaken(row.name);
  if (holder === undefined) sql.putName.run(row.name, row.id);
  const { id, name, pool, phase, seat, instance, created, reserved, overAt } = row;
  sql.putNode.run(
    ...[id, name, pool, phase, seat.host, instance ?? null],
    ...[created, reserved, overAt ?? null, JSON.stringify(row)],
  );
}

function tell(sql: Statements, entry: Entry): void {
  const { at, kind, node, pool, text, look, policy, jobs = [] } = entry;
  const { lastInsertRowid } = sql.tell.run(
    ...[at, kind, node ?? null, pool ?? null, text, look ?? null, policy ?? null],
    JSON.stringify(entry),
  );
  for (const job of jobs) sql.tellJob.run(job, lastInsertRowid);
}
