import type { Job } from '../model/job.ts';

/** In these jobs that are alike differ all the same. */
const OWN = ['name', 'tasks', 'submitted', 'started', 'priority'] as const;
type Own = (typeof OWN)[number];
type Kind = Omit<Job, 'id' | Own>;
type Cell = string | number | null;

/** The same value so many times in a row. */
type Runs<Value> = readonly (readonly [value: Value, count: number])[];

/**
 * Jobs by columns. Most of a long queue are of few kinds, and much of them is as of their neighbours: so it takes a tenth of
 * the room, and of the time to write it.
 */
export interface PackedJobs {
  readonly ids: readonly string[];
  readonly kinds: readonly Kind[];
  /** Kind of each job. */
  readonly of: Runs<number>;
  /** Values of each job; null where it has none. */
  readonly columns: Readonly<Record<Own, Runs<Cell> | { readonly each: readonly Cell[] }>>;
}

export function packJobs(jobs: readonly Job[]): PackedJobs {
  const kinds: Kind[] = [];
  const of = runsOf(placing(jobs, kinds));
  const columns = Object.fromEntries(
    OWN.map((name) => {
      const each = jobs.map((job): Cell => job[name] ?? null);
      const runs = runsOf(each);
      return [name, runs.length * 4 < each.length ? runs : { each }];
    }),
  ) as PackedJobs['columns'];
  return { ids: jobs.map(({ id }) => id), kinds, of, columns };
}

/** The same jobs in the same order. */
export function unpackJobs({ ids, kinds, of, columns }: PackedJobs): readonly Job[] {
  const places = valuesOf(of);
  const own = OWN.map((name) => {
    const column = columns[name];
    return [name, 'each' in column ? column.each : valuesOf(column)] as const;
  });
  return ids.map((id, index) => {
    const job: Record<string, unknown> = { id, ...kinds[places[index] ?? 0] };
    for (const [name, values] of own) {
      const value = values[index] ?? null;
      if (value !== null) job[name] = value;
    }
    return job as unknown as Job;
  });
}

/** @param kinds Becomes a list of all there are. @returns the place of each job's in it. */
function placing(jobs: readonly Job[], kinds: Kind[]): readonly number[] {
  const known = new Map<string, number>();
  let before: Job | undefined;
  let place = 0;
  return jobs.map((job) => {
    if (before === undefined || !isAlike(job, before)) {
      const key = keyOf(job);
      place = known.get(key) ?? kinds.push(kindOf(job)) - 1;
      known.set(key, place);
    }
    before = job;
    return place;
  });
}

/** Lists that are the same are often one. */
function isAlike(a: Job, b: Job): boolean {
  return (
    a.user === b.user &&
    a.queue === b.queue &&
    a.state === b.state &&
    a.slots === b.slots &&
    a.hostCount === b.hostCount &&
    a.memory === b.memory &&
    a.wallTime === b.wallTime &&
    a.reason === b.reason &&
    a.features === b.features &&
    a.hosts === b.hosts
  );
}

function keyOf({ state, user, queue, slots, hostCount, memory, ...rest }: Job): string {
  const { features, wallTime, hosts, reason } = rest;
  return [state, user, queue, slots, hostCount, memory, wallTime, reason, features, hosts].join(
    '\n',
  );
}

function kindOf(job: Job): Kind {
  const kind: Record<string, unknown> = { ...job };
  for (const name of ['id', ...OWN]) delete kind[name];
  return kind as unknown as Kind;
}

function runsOf<Value>(values: readonly Value[]): Runs<Value> {
  const runs: [Value, number][] = [];
  let last: [Value, number] | undefined;
  for (const value of values) {
    if (last !== undefined && last[0] === value) last[1] += 1;
    else {
      last = [value, 1];
      runs.push(last);
    }
  }
  return runs;
}

function valuesOf<Value>(runs: Runs<Value>): readonly Value[] {
  return runs.flatMap(([value, count]) => Array.from({ length: count }, () => value));
}
