import type { Instant } from '../../base/clock.ts';
import type { Phase } from '../../model/node.ts';
import type { NodeRow } from '../rows.ts';
import type { Draft } from './draft.ts';
import { fail } from './failure.ts';
import { advanceEnd } from './life-end.ts';
import { absence, findInstance, isLost, notice } from './presence.ts';
import type { Sight } from './sight.ts';

export type Advance = (row: NodeRow, draft: Draft, sight: Sight) => void;

/** Lets one node's life go on, as far as what was seen proves. */
export const advance: Advance = (before, draft, sight) => {
  const row = notice(before, draft, sight);
  const step = BEGINNING[row.phase] ?? advanceEnd;
  step(row, draft, sight);
};

const BEGINNING: Partial<Record<Phase, Advance>> = {
  planned: askOrCancel,
  requesting: awaitInstance,
  booting: awaitReady,
  joining: awaitReady,
  ready: watchReady,
};

/** Nothing was asked for yet: it may still be dropped without a trace. */
function askOrCancel(row: NodeRow, draft: Draft, sight: Sight): void {
  const { now, limits, fullCycles } = sight;
  if (fullCycles === 0) {
    draft.become(row, 'cancelled', 'the orchestrator was started anew before it was asked for');
  } else if (now - row.created > limits.requestWindow) {
    draft.become(row, 'cancelled', row.note ?? 'it could not be asked for');
  } else draft.act({ do: 'create', node: row.id });
}

/** No answer is no failure: the listings tell whether there is an instance. */
function awaitInstance(row: NodeRow, draft: Draft, sight: Sight): void {
  const { now, limits, fullCycles } = sight;
  const seen = findInstance(row, sight);
  if (seen !== undefined) {
    const patch = { instance: seen.instance.id, missing: 0 };
    draft.become(row, 'booting', `found as ${seen.instance.id}`, patch);
    return;
  }
  const waited = now - (row.firstAsked ?? row.created);
  const isMissed = row.missing >= limits.orphanListings;
  if (waited > limits.requestWindow) {
    if (isMissed) fail(row, `no instance appeared in ${Math.round(waited)} s`, draft, sight);
  } else if (fullCycles > 0 && row.missing > 0 && isDue(row, sight)) {
    draft.act({ do: 'create', node: row.id });
  }
}

function isDue({ lastAsked = 0 }: NodeRow, { now, limits }: Sight): boolean {
  return now - lastAsked >= limits.requestRetry;
}

function awaitReady(row: NodeRow, draft: Draft, sight: Sight): void {
  const host = sight.hostOf(row);
  if (isLost(row, sight)) lose(row, draft, sight);
  else if (findInstance(row, sight)?.instance.state === 'ending') {
    fail(row, 'its provider ended it', draft, sight);
  } else if (host?.state === 'up' && host.slots > 0) join(row, draft);
  else if (row.phase === 'booting' && row.joinedAt !== undefined) {
    draft.become(row, 'joining', 'it reported ready');
  } else failInTime(row, draft, sight);
}

/** Its report proves that it has booted, the batch system that it works. */
function join(row: NodeRow, draft: Draft): void {
  const text = row.joinedAt === undefined ? 'the batch system lists it' : 'it reported ready';
  welcome(row.phase === 'booting' ? draft.become(row, 'joining', text) : row, draft);
}

function failInTime(row: NodeRow, draft: Draft, sight: Sight): void {
  const taken = sight.now - (row.firstAsked ?? row.created);
  if (taken <= sight.bootLimit(row.pool) || (row.heldUntil ?? 0) > sight.now) return;
  const what = row.phase === 'booting' ? 'reported ready' : 'joined the batch system';
  fail(row, `it has not ${what} in ${Math.round(taken)} s`, draft, sight);
}

function welcome(row: NodeRow, draft: Draft): void {
  const { now } = draft;
  const health = draft.health(row.pool);
  const boot = now - (row.firstAsked ?? row.created);
  const { closedAt, probeAt: _, ...rest } = health;
  draft.putHealth({
    ...rest,
    ...{ failures: 0, probeWait: 0 },
    boots: row.adopted ? health.boots : [...health.boots.slice(-BOOTS_KEPT + 1), boot],
  });
  if (closedAt !== undefined) {
    draft.tell({ kind: 'breaker', pool: row.pool, text: 'open again: a node came up' });
  }
  draft.become(row, 'ready', 'the batch system lists it as up', { readyAt: now });
}

const BOOTS_KEPT = 50;

function watchReady(row: NodeRow, draft: Draft, sight: Sight): void {
  if (isLost(row, sight)) lose(row, draft, sight);
  else draft.put(withUse(row, sight));
}

/** Idle is only what was seen to be idle. The row stays the same when nothing has changed. */
function withUse(row: NodeRow, sight: Sight): NodeRow {
  const { batch, frozen } = sight;
  if (batch === undefined || frozen) return row;
  const host = sight.hostOf(row);
  const used = host?.used ?? 0;
  const isUp = host?.state === 'up';
  const isIdle = isUp && used === 0 && !sight.jobsOn.has(row.seat.host);
  const since = (was: boolean, before: Instant | undefined) =>
    was ? (before ?? batch.taken) : undefined;
  const idle = since(isIdle, row.idleSince);
  const down = since(!isUp, row.downSince);
  if (used === row.used && idle === row.idleSince && down === row.downSince) return row;
  const { idleSince: _, downSince: __, ...rest } = row;
  return {
    ...{ ...rest, used },
    ...(idle !== undefined && { idleSince: idle }),
    ...(down !== undefined && { downSince: down }),
  };
}

function lose(row: NodeRow, draft: Draft, sight: Sight): void {
  const evidence = absence(row, sight);
  const note = `its provider has not listed it ${row.missing} times`;
  draft.become(row, 'lost', note, { endReason: 'lost', note, evidence });
}
