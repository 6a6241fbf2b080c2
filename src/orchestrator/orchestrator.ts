import { act } from './act/act.ts';
import type { Tools } from './act/tools.ts';
import { consider } from './consider.ts';
import { crowd } from './crowd.ts';
import { enlist } from './enlist.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import type { Look } from './look.ts';
import { makePlan, type Plan, type PoolTerms } from './plan/plan.ts';
import { recordCycle, recordName } from './record.ts';
import {
  type LeaseReport,
  leaseReport,
  type ReadyAnswer,
  type ReadyReport,
  readyReport,
} from './reports.ts';
import type { CycleReport, OrchestratorSetup } from './setup.ts';
import type { Epoch } from './store/store.ts';

/** Looks, decides and acts, again and again. */
export interface Orchestrator {
  /**
   * One round. All its calls have ended, or are overdue, when it returns.
   *
   * @throws {OrchestratorError} `EPOCH_LOST`, `STORE_HELD`, `STORE_UNUSABLE`; nothing else.
   */
  cycle(signal?: AbortSignal): Promise<CycleReport>;
  /**
   * Cycles until the signal comes: then the cycle that runs is finished. Throws as {@link cycle}.
   *
   * @param most Default: no end.
   */
  run(signal: AbortSignal, most?: number): Promise<void>;
  /** What a cycle would do now, once everything was looked at. Changes nothing, and needs no claim. */
  preview(signal?: AbortSignal): Promise<Plan>;
  /** A node's report of being ready. Nobody is told why one is refused. */
  ready(report: ReadyReport): ReadyAnswer;
  /** A node's sign of life. @returns false when it is refused. */
  lease(report: LeaseReport): boolean;
}

export interface State {
  readonly setup: OrchestratorSetup;
  readonly limits: Limits;
  readonly terms: readonly PoolTerms[];
  epoch: Epoch | undefined;
  fullCycles: number;
  prunedAt: number;
  /** When a cycle was last recorded. */
  recordedAt: number;
}

export function orchestrator(setup: OrchestratorSetup): Orchestrator {
  const state: State = {
    ...{ setup, limits: { ...DEFAULT_LIMITS, ...setup.limits }, fullCycles: 0, prunedAt: 0 },
    recordedAt: 0,
    terms: setup.pools.map(({ pool, provider, specHash }) => {
      return { pool, provider: provider.name, specHash };
    }),
    epoch: undefined,
  };
  const { clock, store } = setup;
  const reporter = () => ({ store, clock, epoch: claimed(state) });
  return {
    cycle: (signal) => cycle(state, signal),
    run: (signal, most) => run(state, signal, most),
    preview: (signal) => preview(state, signal),
    ready: (report) => readyReport(report, reporter()),
    lease: (report) => leaseReport(report, reporter()),
  };
}

/** A first cycle only looks: what it sees is what the second would act on. */
async function preview(state: State, signal?: AbortSignal): Promise<Plan> {
  const { plan, input } = await consider(state, signal);
  const { fullCycles } = input;
  return isFull(input.look, state) && fullCycles === 0
    ? makePlan({ ...input, fullCycles: 1 })
    : plan;
}

async function run(state: State, signal: AbortSignal, most = Number.POSITIVE_INFINITY) {
  const { clock } = state.setup;
  for (let count = 0; count < most && !signal.aborted; count += 1) {
    const start = clock.now();
    await cycle(state);
    const rest = start + state.limits.interval - clock.now();
    if (count + 1 < most && rest > 0) await clock.sleep(rest, signal);
  }
}

async function cycle(state: State, signal?: AbortSignal): Promise<CycleReport> {
  const { setup, limits } = state;
  const epoch = claimed(state);
  const thought = await consider(state, signal);
  const { plan, input } = thought;
  const tools: Tools = {
    ...{ clock: setup.clock, random: setup.random, batch: setup.batch, store: setup.store },
    ...{ epoch, limits, pools: new Map(setup.pools.map((one) => [one.pool.name, one])) },
    ...(setup.vpn !== undefined && { vpn: setup.vpn }),
    ...(setup.owner !== undefined && { owner: setup.owner }),
    ...(signal !== undefined && { signal }),
  };
  const { record: keep } = setup;
  const look = recordName(thought, tools, { keep, last: state.recordedAt });
  const created = enlist(plan, look, thought.seats, tools);
  const actions = [...plan.actions, ...created.map((node) => ({ do: 'create', node }) as const)];
  await crowd(actions, limits.concurrency, (action) => act(action, tools));
  if (isFull(input.look, state)) state.fullCycles += 1;
  prune(state, epoch, plan.at);
  const report = reportOf(plan, input.look, actions.length, setup);
  setup.onCycle?.(report);
  if (look !== '') {
    recordCycle(thought, look, tools, keep);
    state.recordedAt = plan.at;
  }
  return report;
}

function claimed(state: State): Epoch {
  state.epoch ??= state.setup.store.claim();
  return state.epoch;
}

/** Nothing was left out: batch system and every provider have answered, and wholly. */
function isFull(look: Look, { terms }: State): boolean {
  const isListed = ({ provider }: PoolTerms) => look.listings.get(provider)?.complete === true;
  return look.batch !== undefined && terms.every(isListed);
}

const HOUR = 3_600;

function prune(state: State, epoch: Epoch, now: number): void {
  if (now - state.prunedAt < HOUR) return;
  state.prunedAt = now;
  state.setup.store.prune(epoch, now - state.limits.tombstones);
}

function reportOf(
  plan: Plan,
  { troubles }: Look,
  actions: number,
  { store }: OrchestratorSetup,
): CycleReport {
  const phases: Record<string, number> = {};
  for (const { phase } of store.read().nodes) phases[phase] = (phases[phase] ?? 0) + 1;
  const news = plan.entries.map(({ text, pool, node }) => `${node ?? pool ?? ''} ${text}`.trim());
  return { at: plan.at, troubles, phases, news, actions, foreign: plan.foreign };
}
