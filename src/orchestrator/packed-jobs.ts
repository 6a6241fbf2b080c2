import type { Job } from '../model/job.ts';

/** In these jobs that are alike differ all the same. */
const OWN = ['name', 'tasks', 'submitted', 'started', 'priority'] as const;
type Own = (typeof OWN)[number];
type Kind = Omit<Job, 'id' | Own>;

/**
 * Jobs by columns. Most of a long queue are of few kinds: so it takes a tenth of the room, and of the time to write it.
 */
export interface PackedJobs {
  readonly ids: readonly string[];
  readonly kinds: readonly Kind[];
  /** Kind of each job. */
  readonly of: readonly number[];
  /** Values of each job; null where it has none. A column that all jobs lack is missing. */
  readonly columns: Readonly<Partial<Record<Own, readonly (string | number | null)[]>>>;
}

export function packJobs(jobs: readonly Job[]): PackedJobs {
  const kinds: Kind[] = [];
  const known = new Map<string, number>();
  const of = jobs.map((job) => {
    const key = keyOf(job);
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, kinds.length);
    return kinds.push(kindOf(job)) - 1;
  });
  const columns = Object.fromEntries(
    OWN.filter((name) => jobs.some((job) => job[name] !== undefined)).map((name) => [
      name,
      jobs.map((job) => job[name] ?? null),
    ]),
  );
  return { ids: jobs.map(({ id }) => id), kinds, of, columns };
}

/** The same jobs in the same order. */
export function unpackJobs({ ids, kinds, of, columns }: PackedJobs): readonly Job[] {
  const own = Object.entries(columns);
  return ids.map((id, index) => {
    const job: Record<string, unknown> = { id, ...kinds[of[index] ?? 0] };
    for (const [name, values] of own) {
      const value = values[index] ?? null;
      if (value !== null) job[name] = value;
    }
    return job as unknown as Job;
  });
}

function keyOf({ state, user, queue, slots, hostCount, memory, features, ...rest }: Job): string {
  const { wallTime, hosts, reason } = rest;
  const words = hosts.length === 0 && features.length === 0 ? '' : `${hosts}\n${features}`;
  return `${state}\n${user}\n${queue}\n${slots}\n${hostCount}\n${memory}\n${wallTime}\n${reason}\n${words}`;
}

function kindOf(job: Job): Kind {
  const kind: Record<string, unknown> = { ...job };
  for (const name of ['id', ...OWN]) delete kind[name];
  return kind as unknown as Kind;
}
