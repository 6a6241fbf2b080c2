import type { Seat } from '../model/node.ts';
import type { Budget } from '../policy/policy.ts';
import type { Decision, PolicyView } from '../policy/view.ts';
import { within } from './deadline.ts';
import { reasonOf } from './errors.ts';
import { type Look, look } from './look.ts';
import { budgetOf, periodOf } from './money.ts';
import type { State } from './orchestrator.ts';
import { makePlan, type Plan, type PlanInput } from './plan/plan.ts';
import { freeSeats } from './seats.ts';
import type { Rows } from './store/store.ts';
import { toView } from './view.ts';

export interface Thought {
  readonly input: PlanInput;
  readonly plan: Plan;
  /** What the policy was shown; missing when the batch system did not answer. */
  readonly view?: PolicyView;
  readonly seats: readonly Seat[];
}

/** Looks, asks the policy, and plans. Rows are read after the look, and once more after the policy has answered. */
export async function consider(state: State, signal?: AbortSignal): Promise<Thought> {
  const { setup, limits, terms, fullCycles } = state;
  const { store, policy } = setup;
  const seen = await look(setup, limits, signal);
  const view = viewOf(state, seen);
  const asked = await ask(state, view, signal);
  const rows = readRows(state);
  const seats = freeSeats({ state, rows, look: seen });
  const input: PlanInput = {
    look: { ...seen, troubles: [...seen.troubles, ...asked.troubles] },
    ...{ rows, limits, fullCycles, pools: terms, policy: policy.id, freeSeats: seats.length },
    ...{ controller: store.controller, past: store.past(namedNodes(seen)) },
    left: new Set(store.vacated(seen.at - limits.seatQuarantine).map(({ seat }) => seat.host)),
    ...budgetNow(state, rows, seen.at),
    ...(setup.budget?.mode !== undefined && { budgetMode: setup.budget.mode }),
    ...(asked.decision !== undefined && { decision: asked.decision }),
  };
  return { input, seats, plan: makePlan(input), ...(view !== undefined && { view }) };
}

/** An administrator's leave lasts: it is remembered. */
function readRows({ setup }: State): Rows {
  const rows = setup.store.read();
  return setup.arm === true ? { ...rows, pulse: { ...rows.pulse, armed: true } } : rows;
}

function viewOf(state: State, seen: Look): PolicyView | undefined {
  const { setup, limits, terms: pools } = state;
  const { batch } = seen;
  if (batch === undefined) return undefined;
  const rows = readRows(state);
  const seed = Math.floor(setup.random.number() * 2 ** 32);
  const budget = budgetNow(state, rows, seen.at);
  return toView({ look: seen, batch, rows, pools, limits, seed, ...budget });
}

/** A policy that fails wants nothing: nothing is started or ended by it. */
async function ask(
  { setup, limits }: State,
  view: PolicyView | undefined,
  signal?: AbortSignal,
): Promise<{ readonly decision?: Decision; readonly troubles: readonly string[] }> {
  if (view === undefined) return { troubles: [] };
  const { clock, policy } = setup;
  try {
    const call = (stop: AbortSignal) => policy.decide(view, stop);
    return { decision: await within(clock, limits.callDeadline, call, signal), troubles: [] };
  } catch (error) {
    return { troubles: [`policy ${policy.id}: ${reasonOf(error)}`] };
  }
}

function budgetNow({ setup, limits }: State, rows: Rows, now: number): { budget?: Budget } {
  const { budget: terms, store } = setup;
  if (terms === undefined) return {};
  const over = store.bills(periodOf(terms, now).start);
  return { budget: budgetOf(terms, rows.nodes, over, { now, reserve: limits.reserve }) };
}

/** Nodes that what was seen speaks of. */
function namedNodes({ listings, admitted = [] }: Look): readonly string[] {
  const instances = [...listings.values()].flatMap((listing) => listing.instances);
  return [...new Set([...instances.flatMap(({ tags }) => tags?.node ?? []), ...admitted])];
}
