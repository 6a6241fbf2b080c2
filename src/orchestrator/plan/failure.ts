import type { Health, NodeRow } from '../rows.ts';
import type { Draft } from './draft.ts';
import type { Sight } from './sight.ts';

/** A node that did not get ready. It counts against its pool, whatever the cause. */
export function fail(row: NodeRow, note: string, draft: Draft, { limits }: Sight): void {
  draft.become(row, 'failed', note, { endReason: 'failed', note });
  if (row.adopted) return;
  const { health, text } = afterFailure(draft.health(row.pool), row.probe, draft.now, limits);
  draft.putHealth(health);
  if (text !== undefined) draft.tell({ kind: 'breaker', pool: row.pool, text });
}

/** Too many in a row close the pool; then one probe at a time is let through, less and less often. */
export function afterFailure(
  health: Health,
  wasProbe: boolean,
  now: number,
  { protectAfter, probeFirst, probeMost }: Sight['limits'],
): { readonly health: Health; readonly text?: string } {
  const failures = health.failures + 1;
  const isClosing = health.closedAt === undefined && failures >= protectAfter;
  if (!isClosing && !wasProbe) return { health: { ...health, failures } };
  const probeWait = Math.min(probeMost, Math.max(probeFirst, 2 * health.probeWait));
  const closedAt = health.closedAt ?? now;
  return {
    health: { ...health, failures, closedAt, probeWait, probeAt: now + probeWait },
    text: isClosing
      ? `closed: ${failures} starts in a row came to nothing; a probe in ${probeWait} s`
      : `still closed: the probe came to nothing; the next in ${probeWait} s`,
  };
}

/** No capacity is weather: not asked again for a while. */
export function afterNoCapacity(health: Health, now: number, limits: Sight['limits']): Health {
  const { backOffFirst, backOffMost } = limits;
  const backOffWait = Math.min(backOffMost, Math.max(backOffFirst, 2 * health.backOffWait));
  return { ...health, backOffWait, backOffUntil: now + backOffWait };
}
