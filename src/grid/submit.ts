import type { Instant, Seconds } from '../base/clock.ts';
import { isAbandoned } from '../host/temporary-name.ts';
import { GridError, isUncertain } from './errors.ts';
import type { Attempt, JobRecord, TargetSpec } from './records/record.ts';
import { type JobStore, stagedJob } from './records/store.ts';
import type { JobStatus, Target } from './target.ts';

/**
 * Hands a recorded job to a target: first what is going to be done is recorded, then it is done, then
 * that it was. What is cut off in between is found by its mark.
 *
 * @returns the record with its new attempt.
 * @throws {GridError} what the target said; then the attempt has ended, unless that is not certain.
 */
export async function submitRecorded(
  store: JobStore,
  record: JobRecord,
  spec: TargetSpec,
  target: Target,
): Promise<JobRecord> {
  const attempt = await store.begin(record, spec);
  if (attempt === undefined) throw taken(record);
  try {
    const handle = await target.submit(stagedJob(record, attempt.mark));
    await store.handedOver(record, attempt, handle);
    return { ...record, attempts: [...record.attempts, { ...attempt, handle }] };
  } catch (error) {
    if (!isUncertain(error)) await store.ended(record, attempt, refused(error));
    throw error;
  }
}

export interface AdoptOptions {
  readonly now: Instant;
  /** After this long without a trace, a target has not got a job that was cut off. */
  readonly patience: Seconds;
  /** As in looking at jobs. */
  readonly isGivenUp?: (by: string) => boolean;
}

/** For submitters on other machines, which cannot be looked at. */
const ABROAD: Seconds = 3_600;

/**
 * Finds out what became of a submission that was cut off.
 *
 * @returns the attempt with its handle or its end; as it was when that cannot be told yet.
 */
export async function adopt(
  store: JobStore,
  record: JobRecord,
  attempt: Attempt,
  target: Target,
  { now, patience, isGivenUp = isAbandoned }: AdoptOptions,
): Promise<Attempt> {
  const age = now - attempt.began;
  if (!isGivenUp(attempt.by) && age < ABROAD) return attempt;
  const [handle] = await target.find(attempt.mark);
  if (handle !== undefined) {
    await target.resume(handle, stagedJob(record, attempt.mark));
    await store.handedOver(record, attempt, handle);
    return { ...attempt, handle };
  }
  if (age < patience) return attempt;
  const end: JobStatus = {
    state: 'failed',
    reason: 'the submission was cut off before it arrived',
  };
  await store.ended(record, attempt, end);
  return { ...attempt, end };
}

function refused(error: unknown): JobStatus {
  return { state: 'failed', reason: error instanceof Error ? error.message : String(error) };
}

/** Whether a submission failed because another process makes it. */
export function isTaken(error: unknown): boolean {
  return error instanceof GridError && error.code === 'JOB_TAKEN';
}

function taken({ id }: JobRecord): GridError {
  return new GridError(`Cannot submit the job "${id}": another process just did`, {
    kind: 'conflict',
    code: 'JOB_TAKEN',
    hint: `Look at it with "apppot job show ${id}".`,
  });
}
