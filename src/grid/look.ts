import type { Instant, Seconds } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';
import type { Attempt, JobRecord, TargetSpec } from './records/record.ts';
import { type JobStore, lastAttempt } from './records/store.ts';
import { adopt } from './submit.ts';
import type { JobState, JobStatus, Target } from './target.ts';

/** A job, and how it is. */
export interface Seen {
  readonly record: JobRecord;
  readonly status: JobStatus;
  /** The last submission. */
  readonly attempt?: Attempt;
}

export interface LookOptions {
  /** Gives the same target for the same words; they stay open. */
  readonly open: (spec: TargetSpec) => Target;
  readonly now: () => Instant;
  /** Whether who began an attempt, as that tells, is not at it any more. Default: no such process is left. */
  readonly isGivenUp?: (by: string) => boolean;
}

const OVER: ReadonlySet<JobState> = new Set(['finished', 'failed', 'killed', 'gone']);

export function isOver({ state }: JobStatus): boolean {
  return OVER.has(state);
}

/** After this long without a trace a submission that was cut off did not arrive. */
const PATIENCE: Seconds = 30;

/**
 * Asks each target once about all its jobs, and records the ends; what was cut off is found again.
 *
 * @returns in the order of the records; `unknown` where a target cannot be asked.
 */
export async function look(
  store: JobStore,
  records: readonly JobRecord[],
  options: LookOptions,
): Promise<readonly Seen[]> {
  const groups = groupByTarget(records);
  const seen = await Promise.all(
    [...groups.values()].map((group) => lookAt(store, group, options)),
  );
  const byRecord = new Map(seen.flat().map((one) => [one.record.id, one]));
  return records.flatMap(({ id }) => byRecord.get(id) ?? []);
}

async function lookAt(
  store: JobStore,
  group: readonly JobRecord[],
  options: LookOptions,
): Promise<readonly Seen[]> {
  const spec = lastAttempt(group[0] as JobRecord)?.target;
  if (spec === undefined) return group.map(unsubmitted);
  const isOpen = group.filter((record) => lastAttempt(record)?.end === undefined);
  if (isOpen.length === 0) return group.map((record) => known(record, lastAttempt(record)));
  try {
    const target = options.open(spec);
    const adopted = new Map<string, Attempt>();
    for (const record of isOpen) {
      adopted.set(record.id, await settled(store, record, target, options));
    }
    const handles = [...adopted.values()].flatMap(({ handle, end }) =>
      handle === undefined || end !== undefined ? [] : [handle],
    );
    const status = handles.length === 0 ? new Map() : await target.status(handles);
    return await Promise.all(
      group.map((record) =>
        keep(store, record, adopted.get(record.id) ?? lastAttempt(record), status),
      ),
    );
  } catch (error) {
    if (!(error instanceof AppPotError)) throw error;
    return group.map((record) => known(record, lastAttempt(record), error.message));
  }
}

async function settled(
  store: JobStore,
  record: JobRecord,
  target: Target,
  { now, isGivenUp }: LookOptions,
): Promise<Attempt> {
  const attempt = lastAttempt(record) as Attempt;
  if (attempt.handle !== undefined) return attempt;
  return adopt(store, record, attempt, target, {
    ...{ now: now(), patience: PATIENCE },
    ...(isGivenUp && { isGivenUp }),
  });
}

async function keep(
  store: JobStore,
  record: JobRecord,
  attempt: Attempt | undefined,
  found: ReadonlyMap<string, JobStatus>,
): Promise<Seen> {
  const status = found.get(attempt?.handle ?? '');
  if (attempt === undefined || status === undefined || attempt.end !== undefined) {
    return known(record, attempt);
  }
  // Its target can be asked again.
  if (isOver(status)) await store.ended(record, attempt, status, false);
  return { record, attempt, status };
}

function known(record: JobRecord, attempt: Attempt | undefined, reason?: string): Seen {
  const status: JobStatus = attempt?.end ?? {
    state: 'unknown',
    ...(reason !== undefined && { reason }),
    ...(attempt?.handle === undefined && { own: 'SUBMITTING' }),
  };
  return { record, status, ...(attempt && { attempt }) };
}

/** One of a sweep waits for its turn. */
function unsubmitted(record: JobRecord): Seen {
  if (record.sweep !== undefined) return { record, status: { state: 'unsubmitted' } };
  return { record, status: { state: 'failed', reason: 'it was never submitted' } };
}

function groupByTarget(records: readonly JobRecord[]): ReadonlyMap<string, readonly JobRecord[]> {
  const groups = new Map<string, JobRecord[]>();
  for (const record of records) {
    const key = JSON.stringify(lastAttempt(record)?.target ?? null);
    groups.set(key, [...(groups.get(key) ?? []), record]);
  }
  return groups;
}
