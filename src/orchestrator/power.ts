/**
 * Slurm decides, the engine provides: what its ResumeProgram, SuspendProgram and ResumeFailProgram have asked for becomes
 * nodes of their lives' own, and the end of such. Policies are not asked.
 *
 * @module
 */

import type { Instant, Seconds } from '../base/clock.ts';
import type { HostName } from '../model/job.ts';
import { newRow } from './enlist.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { newNodeId } from './names.ts';
import { type Orchestrator, orchestrator } from './orchestrator.ts';
import { isStaying } from './plan/staying.ts';
import type { NodeRow, PowerKind, Request } from './rows.ts';
import type { OrchestratorSetup } from './setup.ts';
import type { Epoch, Store } from './store/store.ts';

export interface Powered extends Pick<Orchestrator, 'cycle' | 'preview' | 'ready' | 'lease'> {
  /** Sleeps until something new is asked for, but no longer than so. */
  rest(longest: Seconds, signal?: AbortSignal): Promise<void>;
}

/** How soon it is seen that something is asked for. */
const POLL: Seconds = 1;

/** @param setup Nodes come from its first pool. */
export function powered(setup: OrchestratorSetup): Powered {
  const { clock } = setup;
  const store = claimedOnce(setup.store);
  const limits = { ...DEFAULT_LIMITS, ...setup.limits };
  const tools: Power = { ...setup, limits, store };
  const engine = orchestrator({ ...setup, store: withoutPower(store) });
  let hasBegun = false;
  let isKnown = false;
  let seen = 0;
  return {
    ...engine,
    cycle: async (signal) => {
      if (!hasBegun) askAgain(tools);
      hasBegun = true;
      seen = Math.max(seen, ...powerRequests(store).map(({ id }) => id));
      // As every start, none comes before all was looked at.
      if (isKnown) obeySlurm(tools);
      const report = await engine.cycle(signal);
      isKnown ||= report.troubles.length === 0;
      return report;
    },
    rest: async (longest, signal) => {
      const end = clock.now() + longest;
      while (clock.now() < end && signal?.aborted !== true) {
        if (powerRequests(store).some(({ id }) => id > seen)) return;
        await clock.sleep(Math.min(POLL, end - clock.now()), signal);
      }
    },
  };
}

interface Power extends Omit<OrchestratorSetup, 'limits'> {
  readonly limits: Limits;
}

const KINDS: ReadonlySet<string> = new Set<PowerKind>(['resume', 'suspend', 'fail']);

function isPower({ kind }: Request): boolean {
  return KINDS.has(kind);
}

function powerRequests(store: Store): readonly Request[] {
  return store.read().requests.filter(isPower);
}

function claimedOnce(store: Store): Store {
  let epoch: Epoch | undefined;
  return {
    ...store,
    claim: () => {
      epoch ??= store.claim();
      return epoch;
    },
  };
}

/** Those of Slurm are obeyed here, not by the engine's plan. */
function withoutPower(store: Store): Store {
  return {
    ...store,
    read: () => {
      const rows = store.read();
      return { ...rows, requests: rows.requests.filter((request) => !isPower(request)) };
    },
  };
}

/** What was written down and not asked for is dropped at a start; Slurm waits for it. */
function askAgain({ store, clock }: Power): void {
  const asked = new Set(powerRequests(store).map(({ node }) => node));
  const { nodes } = store.read();
  for (const { phase, seat, forJobs: jobs } of nodes) {
    if (phase !== 'planned' || asked.has(seat.host)) continue;
    store.request({ at: clock.now(), kind: 'resume', node: seat.host, by: 'Slurm', jobs });
  }
}

/** Of each host what was asked for last counts. What cannot be done yet waits. */
function obeySlurm(tools: Power): void {
  const { store, clock } = tools;
  const asked = powerRequests(store);
  const last = new Map(asked.map((request) => [request.node, request]));
  for (const request of asked) {
    const isLast = last.get(request.node) === request;
    const answer = isLast ? obey(request, tools) : 'something else was asked for after it';
    if (answer === undefined) continue;
    const { id, by, kind, node: host } = request;
    store.step(store.claim(), (step) => {
      step.finishRequest(id, answer);
      const text = `${by}: ${kind} ${host}: ${answer}`;
      const row = rowOf(host, store);
      step.tell({ at: clock.now(), kind: 'request', text, ...(row && { node: row.id }) });
    });
  }
}

/** @returns undefined when it cannot be done yet. */
function obey(request: Request, tools: Power): string | undefined {
  const row = rowOf(request.node, tools.store);
  if (request.kind === 'resume') return resume(request, row, tools);
  if (row === undefined) return 'no node is there';
  const { at, kind, by } = request;
  // By force what has not come: Slurm has given it up.
  tools.store.request({ at, kind: kind === 'fail' ? 'kill' : 'stop', node: row.name, by });
  return `the end of ${row.name} is asked for`;
}

function resume(request: Request, row: NodeRow | undefined, tools: Power): string | undefined {
  const { node: host, at } = request;
  if (row !== undefined && isStaying(row)) return `${row.name} is there`;
  const seat = tools.seats.find((one) => one.host === host);
  if (seat === undefined) return 'no seat has that name';
  if (row === undefined && hasRoom(tools)) return enlist(request, seat, tools);
  return isLate(at, tools) ? 'there was no room for it in time' : undefined;
}

function isLate(at: Instant, { clock, limits }: Power): boolean {
  return clock.now() - at > limits.bootMost;
}

function hasRoom({ store, pools: [first] }: Power): boolean {
  return store.read().nodes.length < (first?.pool.maxNodes ?? 0);
}

function enlist(request: Request, seat: NodeRow['seat'], tools: Power): string {
  const { store, clock, random } = tools;
  const pools = new Map(tools.pools.map((one) => [one.pool.name, one]));
  const [pool = ''] = pools.keys();
  const { jobs: forJobs = [] } = request;
  const start = { pool, reason: 'Slurm asked for it', forJobs, probe: false };
  const now = clock.now();
  const row = newRow(start, newNodeId(random), seat, now, { ...tools, pools });
  const text = `planned ${row.name} on ${seat.host}: ${start.reason}`;
  store.step(store.claim(), (step) => {
    step.putNode(row);
    step.tell({ at: now, kind: 'start', node: row.id, pool, jobs: forJobs, text });
  });
  return `planned ${row.name}`;
}

function rowOf(host: HostName, store: Store): NodeRow | undefined {
  return store.read().nodes.find(({ seat }) => seat.host === host);
}
