import { createHash } from 'node:crypto';
import type { PolicyView } from '../policy/view.ts';
import type { Tools } from './act/tools.ts';
import type { Thought } from './consider.ts';
import { makePlan, type Plan, type PlanInput } from './plan/plan.ts';

/** Cycles that are kept. */
const KEPT = 20;
/** Of longer queues nothing is kept: it would take longer than the cycle. */
const MOST_JOBS = 20_000;

/** Everything that one cycle was decided by. */
export interface CycleRecord {
  readonly input: PlanInput;
  readonly view?: PolicyView;
}

/**
 * Keeps what a cycle was decided by, when something was decided.
 *
 * @returns the digest that the journal names it by; empty when nothing is kept.
 */
export function recordCycle({ plan, input, view }: Thought, tools: Tools, keep = KEPT): string {
  const jobs = input.look.batch?.jobs.length ?? 0;
  if (keep === 0 || jobs > MOST_JOBS || !isNews(plan)) return '';
  const text = write({ input, ...(view !== undefined && { view }) });
  const digest = createHash('sha256').update(text).digest('hex');
  const recorded = { digest, at: plan.at, policy: input.policy, text };
  tools.store.record(tools.epoch, recorded, keep);
  return digest;
}

function isNews({ entries, starts, actions }: Plan): boolean {
  return entries.length + starts.length + actions.length > 0;
}

/** The plan that was made then, made once more. */
export function replayPlan(text: string): Plan {
  return makePlan(readRecord(text).input);
}

/** What the policy was shown then. */
export function recordedView(text: string): PolicyView | undefined {
  return readRecord(text).view;
}

function write(record: CycleRecord): string {
  return JSON.stringify(record, (_, value: unknown) => {
    if (value instanceof Map) return { [MAP]: [...value] };
    return value instanceof Set ? { [SET]: [...value] } : value;
  });
}

const MAP = '$map';
const SET = '$set';

export function readRecord(text: string): CycleRecord {
  return JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if (MAP in value) return new Map(value[MAP] as [unknown, unknown][]);
    return SET in value ? new Set(value[SET] as unknown[]) : value;
  }) as CycleRecord;
}
