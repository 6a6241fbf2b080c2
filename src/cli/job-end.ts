import pLimit from 'p-limit';
import { GridError } from '../grid/errors.ts';
import { isOver, type Seen } from '../grid/look.ts';
import type { JobRecord, TargetSpec } from '../grid/records/record.ts';
import type { Deps } from './deps.ts';
import { type GridDesk, recordedTargets } from './grid-desk.ts';
import { held, unfinished } from './job-held.ts';
import { handOverSweep, sweepOf } from './sweep.ts';

const AT_ONCE = 8;

/** Ends all that are not over; what was not handed over never is. */
export async function kill(records: readonly JobRecord[], desk: GridDesk): Promise<void> {
  const open = (await desk.look(records)).filter(({ status }) => !isOver(status));
  const waiting = open.filter(({ status }) => status.state === 'unsubmitted');
  for (const { record } of waiting) await callOff(record, desk);
  const rest = open.filter(({ status }) => status.state !== 'unsubmitted');
  const again = (await desk.look(await nowOf(waiting, desk))).filter(
    ({ status }) => !isOver(status),
  );
  await pLimit(AT_ONCE).map([...rest, ...again], async (seen) => {
    const { target, handle } = held(seen, desk);
    await target.kill(handle);
  });
}

/** Takes the turn of whoever would hand it over: there is only one. */
async function callOff(record: JobRecord, desk: GridDesk): Promise<void> {
  const [target] = record.targets ?? [];
  if (target === undefined) return;
  const attempt = await desk.store.begin(record, target);
  const end = { state: 'killed', reason: 'before it was handed over' } as const;
  if (attempt !== undefined) await desk.store.ended(record, attempt, end);
}

function nowOf(seen: readonly Seen[], { store }: GridDesk): Promise<readonly JobRecord[]> {
  return Promise.all(seen.map(({ record }) => store.again(record)));
}

/** @throws {GridError} `JOB_UNFINISHED` and then nothing is forgotten. */
export async function clean(
  records: readonly JobRecord[],
  desk: GridDesk,
  force: boolean,
): Promise<void> {
  const all = await desk.look(records);
  const open = all.find(({ status }) => !isOver(status) && status.state !== 'unsubmitted');
  if (open !== undefined && !force) throw unfinished(open.record.id, open.status.state);
  await pLimit(AT_ONCE).map(all, async (seen) => {
    await forget(seen, desk).catch((error: unknown) => {
      if (!force) throw error;
    });
    await desk.store.remove(seen.record);
  });
}

/** At all targets that had it, each time it was submitted. */
async function forget({ record, attempt, status }: Seen, desk: GridDesk): Promise<void> {
  const gone = status.state === 'gone' ? attempt?.number : undefined;
  const { attempts } = await desk.store.again(record);
  for (const { handle, target, number } of attempts) {
    if (handle !== undefined && number !== gone) await cleanOne(target, handle, desk);
  }
}

async function cleanOne(spec: TargetSpec, handle: string, desk: GridDesk): Promise<void> {
  try {
    await desk.open(spec).clean(handle);
  } catch (error) {
    if (!(error instanceof GridError && error.code === 'JOB_MISSING')) throw error;
  }
}

/** One job, or all of a sweep that ended and not well. */
export async function retry(
  one: JobRecord | undefined,
  records: readonly JobRecord[],
  deps: Deps,
  desk: GridDesk,
): Promise<void> {
  const cores = records[0]?.description.resources.count ?? 1;
  const submit = await desk.submitter(recordedTargets(records), cores);
  if (one === undefined) {
    const isWanted = ({ status }: Seen) => isOver(status) && status.state !== 'finished';
    const id = sweepOf(records);
    if (await handOverSweep(records, deps, desk, { submit, isWanted }))
      deps.output().result({ id }, id);
    return;
  }
  const [seen] = await desk.look(records);
  const state = seen?.status.state ?? 'unknown';
  if (seen && !isOver(seen.status) && state !== 'unsubmitted') throw unfinished(one.id, state);
  await submit(await desk.store.again(one));
  deps.output().result({ id: one.id }, one.id);
}
