import type { Phase } from '../../model/node.ts';
import type { Evidence, NodeRow } from '../rows.ts';
import type { Draft } from './draft.ts';
import { absence, findInstance, isLost } from './presence.ts';
import type { Sight } from './sight.ts';

/** The second half of a life: nothing goes on without its proof. */
export function advanceEnd(row: NodeRow, draft: Draft, sight: Sight): void {
  if (row.forcedBy !== undefined && FORCEABLE.has(row.phase)) force(row, draft);
  else ENDING[row.phase]?.(row, draft, sight);
}

type Advance = (row: NodeRow, draft: Draft, sight: Sight) => void;

const ENDING: Partial<Record<Phase, Advance>> = {
  cordoning: drain,
  draining: drain,
  drained: drain,
  failed: clearFailed,
  lost: (row, draft) => remove(row, draft, true),
  removing: ({ id, evidence }, draft) =>
    draft.act({ do: 'remove', node: id, force: isForced(evidence) }),
  terminating: terminate,
};

const FORCEABLE: ReadonlySet<string> = new Set(['cordoning', 'draining', 'drained', 'failed']);

function drain(row: NodeRow, draft: Draft, sight: Sight): void {
  const evidence = proofOfDrain(row, sight);
  if (isLost(row, sight)) {
    const text = 'its provider no longer lists it';
    draft.become(row, 'lost', text, { evidence: absence(row, sight) });
  } else if (row.phase === 'drained') {
    if (evidence !== undefined) remove({ ...row, evidence }, draft, false);
    else if (isContradicted(row, sight)) draft.become(row, 'draining', 'it has a job again');
  } else if (row.phase === 'draining' && evidence !== undefined) {
    draft.become(row, 'drained', 'no job is left', { evidence });
  } else if (needsCordon(row, sight)) cordonAgain(row, draft);
}

function needsCordon(row: NodeRow, sight: Sight): boolean {
  return row.phase === 'cordoning' || row.cordonAcked === undefined || isOpenAgain(row, sight);
}

/** The batch system said that it takes no more jobs; a look after that shows the cordon, and no job of any state. */
export function proofOfDrain(row: NodeRow, sight: Sight): Evidence | undefined {
  const { batch, frozen } = sight;
  if (row.cordonAcked === undefined || batch === undefined || frozen) return undefined;
  if (batch.taken <= row.cordonAcked) return undefined;
  const host = sight.hostOf(row);
  const isCordoned = host === undefined || host.cordon !== undefined;
  const isEmpty = (host?.used ?? 0) === 0 && (sight.jobsOn.get(row.seat.host) ?? 0) === 0;
  return isCordoned && isEmpty
    ? { kind: 'drained', acked: row.cordonAcked, seen: batch.taken }
    : undefined;
}

function isContradicted(row: NodeRow, sight: Sight): boolean {
  return sight.batch !== undefined && !sight.frozen && sight.batch.taken > (row.cordonAcked ?? 0);
}

function isOpenAgain(row: NodeRow, sight: Sight): boolean {
  const host = sight.hostOf(row);
  return isContradicted(row, sight) && host !== undefined && host.cordon === undefined;
}

function cordonAgain(row: NodeRow, draft: Draft): void {
  const reason = row.note ?? row.endReason ?? 'surplus';
  draft.act({ do: 'cordon', node: row.id, reason });
}

/**
 * It never got ready, but may come up at any time: where the batch system knows its host, that is cordoned first, as any
 * other.
 */
function clearFailed(row: NodeRow, draft: Draft, sight: Sight): void {
  const { batch, now } = sight;
  const { heldUntil = 0 } = row;
  if (batch === undefined || sight.frozen || batch.taken <= row.since || heldUntil > now) return;
  const host = sight.hostOf(row);
  const isUnknown = host === undefined && !sight.jobsOn.has(row.seat.host);
  const evidence = isUnknown
    ? ({ kind: 'silent', seen: batch.taken } as const)
    : proofOfDrain(row, sight);
  if (isLost(row, sight)) remove({ ...row, evidence: absence(row, sight) }, draft, true);
  else if (evidence !== undefined) remove({ ...row, evidence }, draft, false);
  else if (row.cordonAcked === undefined || isOpenAgain(row, sight)) cordonAgain(row, draft);
}

function force(row: NodeRow, draft: Draft): void {
  const evidence = row.evidence ?? { kind: 'forced', by: row.forcedBy ?? '' };
  remove({ ...row, evidence }, draft, true);
}

function remove(row: NodeRow, draft: Draft, force: boolean): void {
  draft.become(row, 'removing', describe(row.evidence), row.evidence && { evidence: row.evidence });
  draft.act({ do: 'remove', node: row.id, force });
}

/** Its node is not asked whether it runs a job. */
export function isForced(evidence: Evidence | undefined): boolean {
  return evidence?.kind === 'absent' || evidence?.kind === 'forced' || evidence?.kind === 'budget';
}

function describe(evidence: Evidence | undefined): string {
  switch (evidence?.kind) {
    case 'drained':
      return 'cordoned, and no job was left when looked at after that';
    case 'silent':
      return 'the batch system does not know it, and has no job on it';
    case 'absent':
      return `its provider has not listed it ${evidence.listings} times`;
    case 'forced':
      return `${evidence.by} wants it ended whatever runs on it`;
    case 'budget':
      return 'the budget is used up';
    default:
      return 'nothing of it runs';
  }
}

/** Asked for again and again, for ever; gone only when the provider's own list says so. */
function terminate(row: NodeRow, draft: Draft, sight: Sight): void {
  const { now, limits } = sight;
  const instance = row.instance ?? findInstance(row, sight)?.instance.id;
  const isAccepted = instance === undefined || row.ending?.accepted !== undefined;
  if (isAccepted && row.missing >= limits.orphanListings) {
    draft.become(row, 'gone', 'its provider no longer lists it');
    draft.hush(row.id);
    return;
  }
  const { ending } = row;
  if (ending !== undefined && now - ending.first > limits.terminateAlarm) {
    const text = `it has not ended since ${Math.round(ending.first)}, and is charged for`;
    draft.tellOnce(row.id, { kind: 'alarm', node: row.id, pool: row.pool, text });
  }
  if (instance === undefined || (ending && now - ending.last < ending.wait)) return;
  draft.act({ do: 'terminate', node: row.id, instance });
}
