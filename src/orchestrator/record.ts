import { createHash } from 'node:crypto';
import type { Instant, Seconds } from '../base/clock.ts';
import type { BatchSnapshot } from '../batch/batch.ts';
import type { PolicyView } from '../policy/view.ts';
import type { Tools } from './act/tools.ts';
import type { Thought } from './consider.ts';
import { type PackedDecision, packDecision, unpackDecision } from './packed-decision.ts';
import { type PackedJobs, packJobs, unpackJobs } from './packed-jobs.ts';
import { makePlan, type Plan, type PlanInput } from './plan/plan.ts';
import { jobsShown } from './view.ts';

/** Cycles that are kept. */
const KEPT = 20;
/** Of long queues fewer, so that all of them together have at most so many jobs; but never fewer than two. */
const MOST_JOBS = 400_000;
const LEAST = 2;

/** A long queue takes some tenths of a second to write: that is done this often at most. */
const LONG = 20_000;
const SELDOM: Seconds = 300;

/** Everything that one cycle was decided by. */
export interface CycleRecord {
  readonly input: PlanInput;
  readonly view?: PolicyView;
}

/**
 * How the record of a cycle is named, by which the journal refers to it.
 *
 * @param last When the last one was kept.
 * @returns empty when it is not to be kept: nothing was decided, or the queue is long and one was kept lately.
 */
export function recordName(
  { plan, input }: Thought,
  { store, epoch }: Tools,
  { keep = KEPT, last }: { readonly keep: number | undefined; readonly last: Instant },
): string {
  const isSoon = jobsIn(input) > LONG && plan.at - last < SELDOM;
  if (keep === 0 || isSoon || !isNews(plan)) return '';
  return createHash('sha256').update(`${store.controller} ${epoch} ${plan.at}`).digest('hex');
}

/** Keeps what a cycle was decided by. */
export function recordCycle(
  { plan, input, view }: Thought,
  name: string,
  { store, epoch }: Tools,
  keep = KEPT,
): void {
  const text = writeRecord({ input, ...(view !== undefined && { view }) });
  const fewer = Math.max(LEAST, Math.floor(MOST_JOBS / Math.max(1, jobsIn(input))));
  const recorded = { digest: name, at: plan.at, policy: input.policy, text };
  store.record(epoch, recorded, Math.min(keep, fewer));
}

function jobsIn({ look }: PlanInput): number {
  return look.batch?.jobs.length ?? 0;
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

/** As it is written: jobs once, by columns; what is in two places is in one. */
interface Written {
  readonly input: Omit<PlanInput, 'look' | 'past' | 'left' | 'decision'>;
  readonly look: Omit<PlanInput['look'], 'listings' | 'batch'>;
  readonly past: readonly string[];
  readonly left: readonly string[];
  readonly listings: readonly (readonly [
    string,
    PlanInput['look']['listings'] extends ReadonlyMap<string, infer L> ? L : never,
  ])[];
  readonly batch?: Omit<BatchSnapshot, 'jobs' | 'hosts'>;
  readonly hosts: readonly (BatchSnapshot['hosts'] extends ReadonlyMap<string, infer H>
    ? H
    : never)[];
  readonly jobs: PackedJobs;
  readonly decision?: PackedDecision;
  readonly view?: Omit<PolicyView, 'pending' | 'running' | 'hosts'>;
}

export function writeRecord({ input, view }: CycleRecord): string {
  const { look, past, left, decision, ...rest } = input;
  const { listings, batch, ...seen } = look;
  const { jobs = [], hosts = new Map(), ...snapshot } = batch ?? {};
  const { pending: _, running: __, hosts: ___, ...shown } = view ?? {};
  const written: Written = {
    ...{ input: rest, look: seen, past: [...past], left: [...left], listings: [...listings] },
    ...{ hosts: [...hosts.values()], jobs: packJobs(jobs) },
    ...(batch !== undefined && { batch: snapshot as Written['batch'] & object }),
    ...(decision !== undefined && { decision: packDecision(decision, jobs) }),
    ...(view !== undefined && { view: shown as Written['view'] & object }),
  };
  return JSON.stringify(written);
}

export function readRecord(text: string): CycleRecord {
  const { input, look, past, left, listings, batch, decision, view, ...more } = JSON.parse(
    text,
  ) as Written;
  const jobs = unpackJobs(more.jobs);
  const hosts = new Map(more.hosts.map((host) => [host.name, host]));
  return {
    input: {
      ...{ ...input, past: new Set(past), left: new Set(left) },
      look: {
        ...{ ...look, listings: new Map(listings) },
        ...(batch !== undefined && { batch: { ...batch, jobs, hosts } }),
      },
      ...(decision !== undefined && { decision: unpackDecision(decision, jobs) }),
    },
    ...(view !== undefined && { view: { ...view, ...jobsShown(jobs), hosts: more.hosts } }),
  };
}
