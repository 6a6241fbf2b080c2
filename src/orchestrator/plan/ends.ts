import type { EndReason } from '../../model/node.ts';
import type { NodeRow } from '../rows.ts';
import { endByBudget } from './budget.ts';
import type { Draft } from './draft.ts';
import { haltReason } from './halt.ts';
import { findInstance } from './presence.ts';
import { cordon } from './requests.ts';
import type { Sight } from './sight.ts';
import { isStaying } from './staying.ts';
import { takeBack } from './take-back.ts';

/** Which nodes are to take no more jobs, and to be ended after those that they run. */
export function endNodes(draft: Draft, sight: Sight): void {
  endByBudget(draft, sight);
  obeySpotNotices(draft, sight);
  retireDown(draft, sight);
  const hindrance = haltReason(draft, sight) ?? doubt(sight);
  if (hindrance !== undefined) {
    draft.tellOnce('ends', { kind: 'breaker', text: `nothing is ended: ${hindrance}` });
    return;
  }
  draft.hush('ends');
  takeBack(draft, sight);
  retireExpired(draft, sight);
  obeyPolicy(draft, sight);
}

function doubt({ batch, frozen }: Sight): string | undefined {
  if (batch === undefined) return 'the batch system has not answered';
  return frozen
    ? 'too many jobs vanished at once, or the batch system was started anew'
    : undefined;
}

/** The provider takes it back: its jobs have what time it gives. */
function obeySpotNotices(draft: Draft, sight: Sight): void {
  for (const row of readyNodes(draft)) {
    if (findInstance(row, sight)?.instance.state !== 'ending') continue;
    cordon(row, { endReason: 'spot-notice', note: 'its provider takes it back' }, draft);
  }
}

/** A host that stays down gets no more work; it is ended only when nothing runs on it, or when it is lost. */
function retireDown(draft: Draft, sight: Sight): void {
  const { now, limits } = sight;
  for (const row of readyNodes(draft)) {
    if (isHeld(row, sight) || row.downSince === undefined) continue;
    const note = `its host is down for ${Math.round(now - row.downSince)} s`;
    if (now - row.downSince > limits.downGrace) retire(row, 'failed', note, draft, sight);
  }
}

function retireExpired(draft: Draft, sight: Sight): void {
  for (const row of readyNodes(draft)) {
    if (isHeld(row, sight) || sight.now - row.created <= row.maxLifetime) continue;
    retire(row, 'expired', `older than ${row.maxLifetime} s`, draft, sight);
  }
}

/** As far as the limits let it. */
function obeyPolicy(draft: Draft, sight: Sight): void {
  for (const stop of sight.decision?.stops ?? []) {
    const row = draft.node(stop.node);
    if (row?.phase !== 'ready' || isHeld(row, sight) || isNeeded(row, draft, sight)) continue;
    const endReason = stop.how === 'retire' ? retirement(row, sight) : 'idle';
    const isTimely =
      stop.how === 'retire' || (row.idleSince !== undefined && !isCooling(row, draft, sight));
    if (isTimely) retire(row, endReason, stop.reason, draft, sight);
  }
}

function retirement(row: NodeRow, { terms }: Sight): EndReason {
  const { specHash = row.specHash } = terms.get(row.pool) ?? {};
  return specHash === row.specHash ? 'surplus' : 'drifted';
}

function isCooling({ pool }: NodeRow, draft: Draft, { now, limits }: Sight): boolean {
  const { lastStart } = draft.health(pool);
  return lastStart !== undefined && now - lastStart < limits.coolDown;
}

function isNeeded({ pool }: NodeRow, draft: Draft, { terms }: Sight): boolean {
  const least = terms.get(pool)?.pool.minNodes ?? 0;
  return draft.nodes().filter((row) => row.pool === pool && isStaying(row)).length <= least;
}

function isHeld({ heldUntil = 0 }: NodeRow, { now }: Sight): boolean {
  return heldUntil > now;
}

/** Never a large part of a pool in a short time. */
function retire(
  row: NodeRow,
  endReason: EndReason,
  note: string,
  draft: Draft,
  { now, limits }: Sight,
): void {
  const health = draft.health(row.pool);
  const recent = health.cordons.filter((at) => now - at < limits.cordonPeriod);
  // Those that were cordoned lately were part of it, whether they are there still or not.
  const size = recent.length + readyNodes(draft).filter(({ pool }) => pool === row.pool).length;
  const most = Math.max(limits.cordonLeast, Math.floor(size * limits.cordonShare));
  const subject = `ends in ${row.pool}`;
  if (recent.length >= most) {
    const text = `nothing more of it is ended now: ${recent.length} of ${size} nodes in ${limits.cordonPeriod} s`;
    draft.tellOnce(subject, { kind: 'breaker', pool: row.pool, text });
    return;
  }
  draft.hush(subject);
  draft.putHealth({ ...health, cordons: [...recent, now] });
  cordon(row, { endReason, note }, draft);
}

function readyNodes(draft: Draft): readonly NodeRow[] {
  return draft.nodes().filter(({ phase }) => phase === 'ready');
}
