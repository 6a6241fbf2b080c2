/**
 * Slurm decides, the engine provides: what its ResumeProgram, SuspendProgram and ResumeFailProgram have asked for becomes
 * nodes with lives as all have, and the end of such. Policies are not asked.
 *
 * @module
 */

import type { Seconds } from '../../base/clock.ts';
import { DEFAULT_LIMITS } from '../limits.ts';
import { type Orchestrator, orchestrator } from '../orchestrator.ts';
import type { OrchestratorSetup } from '../setup.ts';
import type { Epoch, Store } from '../store/store.ts';
import { obeySlurm } from './obey.ts';
import { isPower, type Power, powerRequests } from './requests.ts';

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
  const tools: Power = { ...setup, limits: { ...DEFAULT_LIMITS, ...setup.limits }, store };
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
      if (isKnown) await obeySlurm(tools, signal);
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

/** What Slurm asks for is no affair of the engine's plan. */
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
  for (const { phase, seat, forJobs: jobs } of store.read().nodes) {
    if (phase !== 'planned' || asked.has(seat.host)) continue;
    store.request({ at: clock.now(), kind: 'resume', node: seat.host, by: 'Slurm', jobs });
  }
}
