import type { Job, JobId } from '../model/job.ts';
import type { Decision } from '../policy/view.ts';

/** Neighbours in the list of all jobs: the first of them, and how many they are. */
type Run = readonly [first: number, count: number];

/** A decision that names jobs by their places in the list of all jobs: those of a long queue are neighbours. */
export type PackedDecision = Omit<Decision, 'unserved' | 'refused'> & {
  readonly unserved: readonly Run[];
  readonly refused: readonly { readonly reason: string; readonly jobs: readonly Run[] }[];
};

export function packDecision(decision: Decision, jobs: readonly Job[]): PackedDecision {
  const byReason = new Map<string, JobId[]>();
  for (const { job, reason } of decision.refused) {
    const others = byReason.get(reason);
    if (others === undefined) byReason.set(reason, [job]);
    else others.push(job);
  }
  const refused = [...byReason].map(([reason, ids]) => ({ reason, jobs: runsOf(ids, jobs) }));
  return { ...decision, unserved: runsOf(decision.unserved, jobs), refused };
}

/** The same decision; who was refused comes in the order of the jobs, as policies are asked. */
export function unpackDecision(packed: PackedDecision, jobs: readonly Job[]): Decision {
  const at = (place: number): JobId => jobs[place]?.id ?? '';
  const refused = packed.refused
    .flatMap(({ reason, jobs: runs }) => placesOf(runs).map((place) => ({ place, reason })))
    .toSorted((a, b) => a.place - b.place)
    .map(({ place, reason }) => ({ job: at(place), reason }));
  return { ...packed, unserved: placesOf(packed.unserved).map(at), refused };
}

/** They come in the order of the jobs, as policies are asked: one walk through these finds them all. */
function runsOf(ids: readonly JobId[], jobs: readonly Job[]): readonly Run[] {
  const runs: [number, number][] = [];
  let place = 0;
  for (const id of ids) {
    const last = runs.at(-1);
    while (place < jobs.length && jobs[place]?.id !== id) place += 1;
    if (last !== undefined && last[0] + last[1] === place) last[1] += 1;
    else runs.push([place, 1]);
    place += 1;
  }
  return runs;
}

function placesOf(runs: readonly Run[]): readonly number[] {
  return runs.flatMap(([first, count]) => Array.from({ length: count }, (_, step) => first + step));
}
