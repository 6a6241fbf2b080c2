import type { Clock, Seconds } from '../base/clock.ts';
import type { NodeId } from '../model/node.ts';
import type { Limits } from './limits.ts';
import type { NodeRow } from './rows.ts';
import type { Epoch, Step, Store } from './store/store.ts';
import { hashOf, matches } from './token.ts';

/** What a node says once its daemon runs. */
export interface ReadyReport {
  readonly node: NodeId;
  /** From its files: proves who it is. Works once. */
  readonly token: string;
  /** A secret of its own making, which its leases will carry: 64 hexadecimal digits. */
  readonly secret: string;
  /** Where it calls from. */
  readonly from?: string;
}

export interface LeaseReport {
  readonly node: NodeId;
  readonly secret: string;
  readonly from?: string;
}

export interface Reporter {
  readonly store: Store;
  readonly epoch: Epoch;
  readonly clock: Clock;
  readonly limits: Limits;
}

const AWAITED: ReadonlySet<string> = new Set(['requesting', 'booting', 'joining', 'ready']);

/**
 * A node's report: it proves that it has booted, not that it works. The same report again, as after an answer that got
 * lost, is taken again; another one with a used token is an alarm.
 */
export function readyReport(report: ReadyReport, { store, epoch, clock }: Reporter): boolean {
  const now = clock.now();
  return store.step(epoch, (step) => {
    const row = step.node(report.node);
    if (row !== undefined && isRepeated(row, report)) return true;
    const isKnown = anyMatches(report.token, row?.tokens ?? []);
    if (row === undefined || !isKnown || !AWAITED.has(row.phase)) {
      return refuse(report, row, now, step);
    }
    const used = { usedToken: hashOf(report.token), leaseHash: hashOf(report.secret) };
    step.putNode({ ...row, ...used, tokens: [], joinedAt: now, leaseAt: now });
    const { id: node, pool } = row;
    step.tell({ at: now, kind: 'ready', node, pool, text: 'it reported ready' });
    return true;
  });
}

/** @returns how long the node may live on. */
export function leaseReport(report: LeaseReport, reporter: Reporter): Seconds | undefined {
  const { store, epoch, clock, limits } = reporter;
  const now = clock.now();
  return store.step(epoch, (step) => {
    const row = step.node(report.node);
    if (!matches(report.secret, row?.leaseHash) || row === undefined) return undefined;
    if (row.overAt !== undefined) return undefined;
    step.putNode({ ...row, leaseAt: now });
    return limits.lease;
  });
}

function isRepeated(row: NodeRow, { token, secret }: ReadyReport): boolean {
  const isSame = matches(token, row.usedToken);
  return matches(secret, row.leaseHash) && isSame;
}

/** Compares with all of them, so that time tells nothing. */
function anyMatches(token: string, hashes: readonly string[]): boolean {
  return hashes.filter((hash) => matches(token, hash)).length > 0;
}

/**
 * A wrong or used token is an alarm. It fails the node only when it came from the node's own address: so nobody can harm
 * another's.
 */
function refuse(report: ReadyReport, row: NodeRow | undefined, now: number, step: Step): false {
  const text = `a report of being ready was refused, from ${report.from ?? 'somewhere'}`;
  step.tell({ at: now, kind: 'alarm', text, ...(row && { node: row.id, pool: row.pool }) });
  const isBooting = row?.phase === 'booting' || row?.phase === 'joining';
  if (row !== undefined && isBooting && report.from === row.seat.address) {
    const note = 'it reported with a wrong or used token';
    step.putNode({ ...row, phase: 'failed', since: now, endReason: 'failed', note });
  }
  return false;
}
