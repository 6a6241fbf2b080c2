import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { GridError } from '../grid/errors.ts';
import { isOver, type Seen } from '../grid/look.ts';
import type { JobRecord } from '../grid/records/record.ts';
import { type HandedOver, handOver } from '../grid/sweep/hand-over.ts';
import type { Deps } from './deps.ts';
import type { GridDesk, Submit } from './grid-desk.ts';
import { interruptible } from './interrupt.ts';
import { sweepProgress } from './sweep-progress.ts';
import { renderSweep, sweepView } from './sweep-report.ts';

export interface HandOverWish {
  readonly submit: Submit;
  /** How many may be at their target and not over. Default: all; on this machine as many as it has processors. */
  readonly atOnce?: number;
  /** Which jobs that have ended are to run again. Default: none. */
  readonly isWanted?: (seen: Seen) => boolean;
}

/** `k3f9a2` of `k3f9a2.17`; a job by itself is named by its own id. */
export function sweepOf([first]: readonly JobRecord[]): string {
  return first?.sweep?.id ?? first?.id ?? '';
}

/**
 * Hands over what is not at a target yet.
 *
 * @returns whether it came to its end: the user may have stopped it.
 * @throws {GridError} `SWEEP_PARTIAL`
 */
export async function handOverSweep(
  records: readonly JobRecord[],
  deps: Deps,
  desk: GridDesk,
  wish: HandOverWish,
): Promise<boolean> {
  const sweep = sweepOf(records);
  const atOnce = wish.atOnce ?? usualWidth(records);
  const progress = sweepProgress(deps);
  let result: HandedOver | undefined;
  let isWhole = false;
  const work = async (signal: AbortSignal): Promise<void> => {
    result = await handOver(records, {
      ...{ submit: wish.submit, look: desk.look, again: againOf(desk), signal },
      ...{ sleep: (milliseconds) => pause(milliseconds, signal) },
      ...{ onStep: ({ handedOver, all }) => progress.handedOver(handedOver, all) },
      ...(atOnce !== undefined && { atOnce }),
      ...(wish.isWanted && { isWanted: wish.isWanted }),
    });
    progress.erase();
    signal.throwIfAborted();
    isWhole = true;
  };
  try {
    await desk.store.whileHandingOver(sweep, () =>
      interruptible(deps, work, `"apppot submit --resume ${sweep}" goes on`),
    );
  } finally {
    progress.erase();
  }
  if (result !== undefined && result.reason !== undefined) throw partial(sweep, result);
  return isWhole;
}

/** Guests on this machine would take each other's processors. */
function usualWidth([first]: readonly JobRecord[]): number | undefined {
  const [only, second] = first?.targets ?? [];
  const isHere = only?.kind === 'local' && second === undefined && only.via === undefined;
  return isHere ? availableParallelism() : undefined;
}

/** Without those that were forgotten meanwhile. */
function againOf({ store }: GridDesk) {
  return async (records: readonly JobRecord[]): Promise<readonly JobRecord[]> => {
    const found = await Promise.all(
      records.map((record) => store.again(record).catch(() => undefined)),
    );
    return found.filter((record) => record !== undefined);
  };
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

function partial(sweep: string, { handedOver, all, reason }: HandedOver): GridError {
  const said = reason instanceof Error ? reason.message : String(reason);
  return new GridError(
    `Cannot hand over all of the sweep "${sweep}": ${handedOver} of ${all} jobs are; then: ${said}`,
    {
      kind: 'partial',
      code: 'SWEEP_PARTIAL',
      hint: `Go on with "apppot submit --resume ${sweep}".`,
      cause: reason,
    },
  );
}

const FIRST_MS = 250;
const LAST_MS = 10_000;
/** Some jobs of the sweep did not end well: `docs/exit-status.md`. */
const PARTIAL = 3;

/** Waits until all jobs are over that somebody hands over, and reports on them. */
export async function waitForSweep(
  records: readonly JobRecord[],
  deps: Deps,
  desk: GridDesk,
  json = false,
): Promise<void> {
  const progress = sweepProgress(deps);
  const told = new Set<string>();
  let seen = await desk.look(await againOf(desk)(records));
  for (let wait = FIRST_MS; await isOpen(seen, desk); wait = Math.min(wait * 1.2, LAST_MS)) {
    for (const reason of unanswered(seen)) {
      if (!told.has(reason)) progress.erase();
      if (!told.has(reason)) deps.output().warn(reason);
      told.add(reason);
    }
    progress.looked(seen);
    await sleep(wait);
    seen = await desk.look(await againOf(desk)(records));
  }
  progress.erase();
  deps.output(json).result({ ...sweepView(seen), failed: bad(seen) }, renderSweep(seen));
  if (seen.some(({ status }) => status.state !== 'finished')) deps.setStatus(PARTIAL);
}

/** What nobody hands over is not waited for. */
async function isOpen(seen: readonly Seen[], { store }: GridDesk): Promise<boolean> {
  const open = seen.filter(({ status }) => !isOver(status));
  if (open.some(({ status }) => status.state !== 'unsubmitted')) return true;
  return open.length > 0 && store.isHandedOver(sweepOf(open.map(({ record }) => record)));
}

function unanswered(seen: readonly Seen[]): readonly string[] {
  return seen.flatMap(({ status }) =>
    status.state === 'unknown' && status.reason !== undefined ? [status.reason] : [],
  );
}

function bad(seen: readonly Seen[]) {
  return seen
    .filter(({ status }) => status.state !== 'finished')
    .map(({ record, status }) => ({ id: record.id, value: record.sweep?.value, status }));
}
