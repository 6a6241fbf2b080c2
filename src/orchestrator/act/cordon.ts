import { CORDON_PREFIX } from '../../batch/batch.ts';
import type { NodeId } from '../../model/node.ts';
import type { NodeRow } from '../rows.ts';
import { mutate, revise, type Tools } from './tools.ts';

const DRAINING: ReadonlySet<string> = new Set(['cordoning', 'draining']);
const SPARE: ReadonlySet<string> = new Set(['cordoning', 'draining', 'drained']);

/** Lets no more jobs start on a node. From the batch system's answer on, a look can prove that none is left. */
export async function cordon(id: NodeId, reason: string, tools: Tools): Promise<void> {
  const row = revise(tools, id, (now) => now);
  if (row === undefined) return;
  const { host } = row.seat;
  const marked = [CORDON_PREFIX, reason].join(' ');
  await mutate(tools, (signal) => tools.batch.cordon(host, marked, signal));
  const at = tools.clock.now();
  revise(tools, id, (now, step) => {
    const acked = { ...now, cordonAcked: at };
    if (!DRAINING.has(now.phase)) return acked;
    if (now.phase === 'draining') return acked;
    const text = 'draining: the batch system gives it no more jobs';
    const data = { from: now.phase, to: 'draining' };
    step.tell({ at, kind: 'phase', node: id, pool: now.pool, text, data });
    return { ...acked, phase: 'draining', since: at };
  });
}

/** Gives a node work again; first in our rows, so that nothing ends it meanwhile. */
export async function uncordon(id: NodeId, tools: Tools): Promise<void> {
  const at = tools.clock.now();
  const row = revise(tools, id, (now, step) => {
    if (!SPARE.has(now.phase)) return now;
    const text = 'ready: jobs wait that it has room for';
    const data = { from: now.phase, to: 'ready' };
    step.tell({ at, kind: 'phase', node: id, pool: now.pool, text, data });
    return backToWork(now, at);
  });
  if (row?.phase !== 'ready') return;
  await mutate(tools, (signal) => tools.batch.uncordon(row.seat.host, signal));
}

function backToWork(row: NodeRow, at: number): NodeRow {
  const {
    cordonAcked: _,
    cordonAsked: __,
    endReason: ___,
    note,
    evidence,
    idleSince,
    ...rest
  } = row;
  return { ...rest, phase: 'ready', since: at };
}
