import type { Clock } from '../base/clock.ts';
import type { NodeId } from '../model/node.ts';
import type { NodeRow } from './rows.ts';
import type { Epoch, Step, Store } from './store/store.ts';
import { hashOf, matches } from './token.ts';

/** What a node says once its daemon runs. */
export interface ReadyReport {
  readonly node: NodeId;
  /** From its files: proves who it is. Works once. */
  readonly token: string;
  /** Address that it calls from. */
  readonly from?: string;
}

export interface LeaseReport {
  readonly node: NodeId;
  /** From its files. */
  readonly lease: string;
}

/** `repeated`: it was taken before, as when the answer got lost; nothing changes. */
export type ReadyAnswer = 'taken' | 'repeated' | 'refused';

export interface Reporter {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly clock: Clock;
}

const AWAITED: ReadonlySet<string> = new Set(['requesting', 'booting', 'joining', 'ready']);

/** A node's report: it proves that it has booted, not that it works. */
export function readyReport(report: ReadyReport, { store, epoch, clock }: Reporter): ReadyAnswer {
  const now = clock.now();
  return store.step(epoch, (step) => {
    const row = step.node(report.node);
    const isRepeated = matches(report.token, row?.usedToken);
    const isKnown = anyMatches(report.token, row?.tokens ?? []);
    if (isRepeated) return 'repeated';
    if (row === undefined || !isKnown || !AWAITED.has(row.phase)) {
      return refuse(report, row, now, step);
    }
    step.putNode({
      ...row,
      usedToken: hashOf(report.token),
      tokens: [],
      joinedAt: now,
      leaseAt: now,
    });
    const { id: node, pool } = row;
    step.tell({ at: now, kind: 'ready', node, pool, text: 'it reported ready' });
    return 'taken';
  });
}

/** A node's sign of life. */
export function leaseReport(report: LeaseReport, { store, epoch, clock }: Reporter): boolean {
  const now = clock.now();
  return store.step(epoch, (step) => {
    const row = step.node(report.node);
    const isKnown = anyMatches(report.lease, row?.leases ?? []);
    if (!isKnown || row === undefined || row.overAt !== undefined) return false;
    step.putNode({ ...row, leaseAt: now });
    return true;
  });
}

/** Compares with all of them, and with something when there is none, so that time tells nothing. */
function anyMatches(token: string, hashes: readonly string[]): boolean {
  return [...hashes, ''].filter((hash) => matches(token, hash)).length > 0;
}

/**
 * A wrong or used token is an alarm. It fails the node only when it came from the node's own address: so nobody can harm
 * another's.
 */
function refuse(
  report: ReadyReport,
  row: NodeRow | undefined,
  now: number,
  step: Step,
): ReadyAnswer {
  const text = `a report of being ready was refused, from ${report.from ?? 'somewhere'}`;
  step.tell({ at: now, kind: 'alarm', text, ...(row && { node: row.id, pool: row.pool }) });
  const isBooting = row?.phase === 'booting' || row?.phase === 'joining';
  if (row !== undefined && isBooting && report.from === row.seat.address) {
    const note = 'it reported with a wrong or used token';
    step.putNode({ ...row, phase: 'failed', since: now, endReason: 'failed', note });
  }
  return 'refused';
}
