/**
 * Hands over the jobs of a sweep, some at once, and knows when to stop. Whatever is cut off can be gone on
 * with by anybody: what counts is in the records.
 *
 * @module
 */

import pLimit from 'p-limit';
import { GridError, isUncertain } from '../errors.ts';
import type { Seen } from '../look.ts';
import type { JobRecord } from '../records/record.ts';
import { lastAttempt } from '../records/store.ts';
import { isTaken } from '../submit.ts';
import { type OverOptions, overAwaiter } from './over.ts';

export interface HandOverOptions extends OverOptions {
  /** Hands over one job that is at no target. @returns the record with its new attempt. */
  readonly submit: (record: JobRecord) => Promise<JobRecord>;
  /** Which jobs are to be handed over again although they have ended. Default: none. */
  readonly isWanted?: (seen: Seen) => boolean;
  /** At most so many are at their targets and not over. Default: any number. */
  readonly atOnce?: number;
  /** After each job. */
  readonly onStep?: (step: Step) => void;
}

export interface Step {
  /** How many of all jobs are at a target, or were. */
  readonly handedOver: number;
  readonly all: number;
}

export interface HandedOver extends Step {
  /** Why the others are not. */
  readonly reason?: unknown;
}

/** How often what was cut off is begun anew. */
const ROUNDS = 3;
const AGAIN_MS = 1_000;

/** @returns when all are handed over, or it makes no sense to try more. */
export async function handOver(
  records: readonly JobRecord[],
  options: HandOverOptions,
): Promise<HandedOver> {
  const { isWanted = () => false, signal, again } = options;
  let latest = await again(records);
  const seen = await options.look(latest);
  const wanted = new Map(
    seen.filter(isWanted).map(({ record }) => [record.id, record.attempts.length]),
  );
  const isLeft = (record: JobRecord): boolean =>
    !isPlaced(record) || wanted.get(record.id) === record.attempts.length;
  latest = await again(latest);
  const submitter = submitterOf(
    latest.filter((one) => !isLeft(one)).length,
    latest.length,
    options,
  );
  for (let round = 0; round < ROUNDS && !submitter.isStopped(); round += 1) {
    latest = await decided(latest, options);
    const todo = latest.filter((record) => isLeft(record) && !isUndecided(record));
    if (todo.length === 0) break;
    const placed = latest.filter((record) => !isLeft(record));
    await submitAll(todo, placed, submitter, options);
    latest = await again(records);
    if (signal.aborted) break;
  }
  const handedOver = latest.filter((record) => !isLeft(record)).length;
  return { handedOver, all: latest.length, ...submitter.reason() };
}

/** Whether a target has it, or had. */
function isPlaced(record: JobRecord): boolean {
  const attempt = lastAttempt(record);
  return attempt?.handle !== undefined || attempt?.end?.state === 'killed';
}

/** Begun, and nobody knows yet whether it arrived. */
function isUndecided(record: JobRecord): boolean {
  const attempt = lastAttempt(record);
  return attempt !== undefined && attempt.handle === undefined && attempt.end === undefined;
}

/** Waits until it is known of each job whether it arrived; not for a target that cannot be asked. */
async function decided(
  records: readonly JobRecord[],
  { look, again, signal, sleep }: HandOverOptions,
): Promise<readonly JobRecord[]> {
  let latest = records;
  while (latest.some(isUndecided) && !signal.aborted) {
    const seen = await look(latest.filter(isUndecided));
    latest = await again(latest);
    if (seen.some(({ status }) => status.state === 'unknown' && status.reason !== undefined)) break;
    if (latest.some(isUndecided)) await sleep(AGAIN_MS);
  }
  return latest;
}

interface Submitter {
  /** @returns undefined when it could not be handed over, or that was not tried any more. */
  submit(record: JobRecord): Promise<JobRecord | undefined>;
  isStopped(): boolean;
  reason(): { readonly reason?: unknown };
}

/** So many in a row, and the target is out of order. */
const FAULTS = 3;

/** Tries until a target says no, or does not answer time and again. */
function submitterOf(before: number, all: number, options: HandOverOptions): Submitter {
  const { signal, onStep } = options;
  let handedOver = before;
  let faults = 0;
  let stop: { readonly reason?: unknown } = {};
  const isStopped = (): boolean => signal.aborted || stop.reason !== undefined;
  return {
    submit: async (record) => {
      if (isStopped()) return undefined;
      try {
        const submitted = await options.submit(record);
        faults = 0;
        handedOver += 1;
        onStep?.({ handedOver, all });
        return submitted;
      } catch (error) {
        if (isTaken(error)) return undefined;
        faults += 1;
        if (isFinal(error) || faults >= FAULTS) stop = { reason: error };
        return undefined;
      }
    },
    isStopped,
    reason: () => stop,
  };
}

/** Jobs of a sweep are alike: what one is refused for, the next is, too. */
function isFinal(error: unknown): boolean {
  return !(error instanceof GridError) || !isUncertain(error);
}

/** Connections that a target is asked for. */
const SUBMISSIONS = 8;

async function submitAll(
  todo: readonly JobRecord[],
  placed: readonly JobRecord[],
  { submit }: Submitter,
  options: HandOverOptions,
): Promise<void> {
  const limit = pLimit(SUBMISSIONS);
  if (options.atOnce === undefined) {
    await limit.map(todo, submit);
    return;
  }
  const over = overAwaiter(options);
  const turn = pLimit(options.atOnce);
  const whole = async (record: JobRecord): Promise<void> => {
    const submitted = await limit(submit, record);
    if (submitted !== undefined) await over(submitted);
  };
  await Promise.all([
    ...placed.map((record) => turn(over, record)),
    ...todo.map((record) => turn(whole, record)),
  ]);
}
