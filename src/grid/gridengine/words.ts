import type { JobDescription } from '../description.ts';
import { memoryRequest } from '../memory-request.ts';
import type { StagedJob } from '../target.ts';

/** What a site calls things. */
export interface GridEngineNames {
  /** Resource by which memory is asked for, for each slot; `none` asks for none. Default: `mem_free`. */
  readonly memory?: string;
  /** Parallel environment that gives several slots of one host. Default: `smp`. */
  readonly pe?: string;
}

/**
 * What `qsub` is told. Its defaults files may say something else, so whatever counts is said.
 *
 * @param variables Names of ours with values that jobs get.
 */
export function qsubWords(
  job: StagedJob,
  names: GridEngineNames,
  variables: readonly string[],
): string[] {
  return [
    ...['-terse', '-N', jobName(job), '-S', '/bin/sh', '-b', 'n', '-wd', '/', '-r', 'n'],
    ...['-notify', '-o', '/dev/null', '-e', '/dev/null', '-j', 'n'],
    ...variables.flatMap((name) => ['-v', name]),
    ...resourceWords(job.description, names),
  ];
}

/** The user's name for people, and the mark to find it by. No letter that Grid Engine refuses or spoils. */
export function jobName({ name, mark }: Pick<StagedJob, 'name' | 'mark'>): string {
  const plain = name.replaceAll(/[^\w.+-]+/g, '_').replace(/^(?![A-Za-z_])/, '_');
  return `${plain.slice(0, LONGEST_NAME)}.${mark}`;
}

export function hasMark(name: string, mark: string): boolean {
  return name.endsWith(`.${mark}`);
}

/** Of a job of whatever name. */
export function markIn(name: string): string {
  return name.split('.').at(-1) ?? '';
}

const LONGEST_NAME = 64;
const MIB = 2 ** 20;

function resourceWords(
  { resources, queue, notify, architecture }: JobDescription,
  { memory = 'mem_free', pe = 'smp' }: GridEngineNames,
): string[] {
  const { count, wallTime, cpuTime } = resources;
  const share = Math.ceil(memoryRequest(resources) / count / MIB);
  const asked = [
    ...(memory === 'none' ? [] : [`${memory}=${share}M`]),
    ...(wallTime === undefined ? [] : [`h_rt=${Math.ceil(wallTime)}`]),
    ...(cpuTime === undefined ? [] : [`h_cpu=${Math.ceil(cpuTime)}`]),
    ...(architecture === undefined ? [] : [`arch=*-${architecture}`]),
  ];
  return [
    ...asked.flatMap((one) => ['-l', one]),
    ...(count === 1 ? [] : ['-pe', pe, String(count)]),
    ...(queue === undefined ? [] : ['-q', queue]),
    ...(notify === undefined ? ['-m', 'n'] : ['-M', notify, '-m', 'bea']),
  ];
}
