import type { Instant } from '../base/clock.ts';
import { act } from './act/act.ts';
import type { Tools } from './act/tools.ts';
import { crowd } from './crowd.ts';
import { enlist } from './enlist.ts';
import { DEFAULT_LIMITS, type Limits } from './limits.ts';
import { type Look, look } from './look.ts';
import { budgetOf } from './money.ts';
import { makePlan, type Plan, type PlanInput, type PoolTerms } from './plan/plan.ts';
import { record } from './record.ts';
import { leaseReport, type Leases, type Readiness, readyReport } from './reports.ts';
import type { CycleReport, OrchestratorSetup } from './setup.ts';
import type { Epoch, Rows } from './store/store.ts';
import { toView } from './view.ts';

/** Looks, decides and acts, again and again. */
export interface Orchestrator {
  /**
   * One round. All its calls have ended, or are overdue, when it returns.
   *
   * @throws {OrchestratorError} `EPOCH_LOST`, `STORE_HELD`, `STORE_UNUSABLE`; nothing else.
   */
  cycle(signal?: AbortSignal): Promise<CycleReport>;
  /** Cycles until the signal comes: then the cycle that runs is finished. Throws as {@link cycle}. */
  run(signal: AbortSignal, most?: number): Promise<void>;
  /** What a cycle would do now. Changes nothing, and needs no claim. */
  preview(signal?: AbortSignal): Promise<Plan>;
  /** A node's report of being ready. @returns false when it is refused; it is not told why. */
  ready(report: Readiness): boolean;
  /** A node's sign of life. @returns how long it may go on; undefined when it is refused. */
  lease(report: Leases): number | undefined;
}

interface State {
  readonly setup: OrchestratorSetup;
  readonly limits: Limits;
  readonly terms: readonly PoolTerms[];
  epoch: Epoch | undefined;
  fullCycles: number;
}

export function orchestrator(setup: OrchestratorSetup): Orchestrator {
  const state: State = {
    setup,
    limits: { ...DEFAULT_LIMITS, ...setup.limits },
    terms: setup.pools.map(({ pool, provider, specHash }) => {
      return { pool, provider: provider.name, specHash };
    }),
    epoch: undefined,
    fullCycles: 0,
  };
  const { clock, store } = setup;
  const reporter = () => ({ store, clock, epoch: claimed(state), limits: state.limits });
  return {
    cycle: (signal) => cycle(state, signal),
    run: (signal, most) => run(state, signal, most),
    preview: async (signal) => (await decide(state, signal)).plan,
    ready: (report) => readyReport(report, reporter()),
    lease: (report) => leaseReport(report, reporter()),
  };
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
  const { plan, input, view, rows } = await decide(state, signal);
  const tools: Tools = {
    ...setup,
    ...{ epoch, limits, pools: new Map(setup.pools.map((one) => [one.pool.name, one])) },
    ...(signal !== undefined && { signal }),
  };
  const created = enlist(plan, tools, setup.seats, input.look.batch);
  if (plan.entries.length > 0 && view !== undefined) {
    record(input, view, tools, setup.record ?? RECORDED);
  }
  const starts = created.map((node) => ({ do: 'create', node }) as const);
  const actions = [...plan.actions, ...starts];
  await crowd(actions, limits.concurrency, (action) => act(action, tools));
  if (isFull(input.look, state)) state.fullCycles += 1;
  pruneSometimes(state, epoch, plan.at);
  const report = reportOf(plan, input.look, actions.length, rows);
  setup.onCycle?.(report);
  return report;
}

const RECORDED = 20;

/** Looks first, reads rows after: nothing that is made meanwhile seems to be nobody's. */
async function decide(state: State, signal?: AbortSignal) {
  const { setup, limits, terms } = state;
  const { clock, store, policy, random } = setup;
  const seen = await look(setup, limits, signal);
  const shown = armed(store.read(), setup);
  const seed = Math.floor(random.number() * 2 ** 32);
  const budget = budgetNow(state, shown, seen.at);
  const view =
    seen.batch &&
    toView({ look: seen, batch: seen.batch, rows: shown, pools: terms, limits, seed, ...budget });
  const { decision, trouble } = await consult(state, view, signal);
  const rows = armed(store.read(), setup);
  const input: PlanInput = {
    look: trouble === undefined ? seen : { ...seen, troubles: [...seen.troubles, trouble] },
    ...{ rows, limits, pools: terms, fullCycles: state.fullCycles, policy: policy.id },
    controller: store.controller,
    past: store.past(namedNodes(seen)),
    freeSeats: freeSeats(state, rows, seen, clock.now()).length,
    ...budgetNow(state, rows, seen.at),
    ...(setup.budget?.mode !== undefined && { budgetMode: setup.budget.mode }),
    ...(decision !== undefined && { decision }),
  };
  return { plan: makePlan(input), input, view, rows };
}
