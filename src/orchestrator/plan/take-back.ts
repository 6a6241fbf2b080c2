import { fits } from '../../policy/fits.ts';
import { pack } from '../../policy/pack.ts';
import type { NodeRow } from '../rows.ts';
import type { Draft } from './draft.ts';
import type { Sight } from './sight.ts';

const PHASES: ReadonlySet<string> = new Set(['cordoning', 'draining', 'drained']);

/** A node that ends because it was idle is given work again, rather than a new one started. Only cordons of ours. */
export function takeBack(draft: Draft, sight: Sight): void {
  const ending = draft.nodes().filter((row) => isSpare(row, sight));
  const unserved = new Set(sight.decision?.unserved ?? []);
  if (ending.length === 0 || unserved.size === 0) return;
  let jobs = (sight.batch?.jobs ?? []).filter(({ id }) => unserved.has(id));
  for (const row of ending) {
    const pool = sight.terms.get(row.pool)?.pool;
    if (pool === undefined || !jobs.some((job) => fits(job, pool))) continue;
    draft.act({ do: 'uncordon', node: row.id });
    draft.takenBack(row.pool);
    jobs = [...pack(jobs, [pool])];
  }
}

function isSpare(row: NodeRow, sight: Sight): boolean {
  const { endReason, forcedBy, phase } = row;
  const isYoung = sight.now - row.created < row.maxLifetime;
  return PHASES.has(phase) && endReason === 'idle' && forcedBy === undefined && isYoung;
}
