import { type Bytes, formatSize } from '../../base/units.ts';
import { cgroupLimit } from '../cgroup.ts';
import { type Check, type Finding, fail, ok, type Verdict, warn } from '../check.ts';
import type { Place } from '../place.ts';

/** A resource limit of this process: setrlimit(2). */
interface Limit {
  readonly id: string;
  /** As /proc/self/limits names it. */
  readonly name: string;
  /** The option of ulimit that sets it. */
  readonly option: string;
  readonly show: (value: number) => string;
  readonly judge: (value: number, place: Place) => Verdict;
}

/** Around the guest's memory the kernel leaves a gap of random size in its memory file. */
const GAP: Bytes = 2 ** 30;
/** What the kernel takes beside the guest's memory. */
const KERNEL: Bytes = 64 * 2 ** 20;

const atLeast =
  (least: number, good: number) =>
  (value: number): Verdict => {
    if (value < least) return 'fail';
    return value < good ? 'warn' : 'ok';
  };

const LIMITED: readonly Limit[] = [
  {
    id: 'limit-processes',
    name: 'Max processes',
    option: '-u',
    show: String,
    judge: (value, { caller }) => (caller.uid === 0 ? 'ok' : atLeast(16, 256)(value)),
  },
  {
    id: 'limit-files',
    name: 'Max open files',
    option: '-n',
    show: String,
    judge: atLeast(0, 256),
  },
  {
    id: 'limit-file-size',
    name: 'Max file size',
    option: '-f',
    show: formatSize,
    judge: (value, { wanted }) => atLeast(wanted.memory, wanted.memory + GAP)(value),
  },
  {
    id: 'limit-memory',
    name: 'Max address space',
    option: '-v',
    show: formatSize,
    judge: (value, { wanted }) => atLeast(wanted.memory + KERNEL, wanted.memory + GAP)(value),
  },
  {
    id: 'limit-time',
    name: 'Max cpu time',
    option: '-t',
    show: (value) => `${value} s`,
    judge: () => 'warn',
  },
];

export const LIMITS: readonly Check[] = [
  ...LIMITED.map((limit): Check => {
    const look = (place: Place): Finding => lookAtLimit(limit, place);
    return { id: limit.id, group: 'limits', title: limit.name.slice('Max '.length), look };
  }),
  { id: 'limit-tasks', group: 'limits', title: 'tasks of cgroup', look: lookAtTasks },
];

/** Source: proc_pid_limits(5); the soft limit counts. */
function lookAtLimit({ name, option, show, judge }: Limit, place: Place): Finding {
  const text = place.read('/proc/self/limits') ?? '';
  const soft = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(text)?.[1];
  if (soft === undefined || soft === 'unlimited') return ok(soft ?? 'unknown');
  const value = Number(soft);
  const verdict = judge(value, place);
  if (verdict === 'ok') return ok(show(value));
  const remedy = `Raise it (ulimit ${option}), or have the batch system raise it for the job.`;
  return verdict === 'warn' ? warn(show(value), remedy) : fail(show(value), remedy);
}

/** Each process of a guest is one of the host's, and the guest itself takes five. */
function lookAtTasks(place: Place): Finding {
  const limit = cgroupLimit(place, 'pids');
  if (limit === undefined) return ok('no limit');
  if (limit >= 256) return ok(String(limit));
  return warn(String(limit), 'Have it raised: each process of a guest is one of the host, too.');
}
