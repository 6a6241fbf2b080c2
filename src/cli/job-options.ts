import type { Command } from 'commander';
import { ConfigError } from '../config/errors.ts';
import type { JobLayer } from '../config/job.ts';
import { type FillIn, loadJobFile, readJobOptions } from '../config/job-loader.ts';
import { describeJob } from '../grid/describe.ts';
import type { JobDescription } from '../grid/description.ts';
import { fillIn, hasPlaceholder, type SweepTask, taskVariables } from '../grid/sweep/parameters.ts';
import type { Deps } from './deps.ts';
import { wishedEnvironment } from './environment.ts';
import { homeOf } from './home.ts';

/** The same names as in a job file; each is checked there. */
export interface JobFlags {
  readonly env: readonly string[];
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly [name: string]: unknown;
}

export function addJobOptions(command: Command): Command {
  return command
    .option('--name <name>', 'name of the job')
    .option('--rte <name>', 'run-time environment of the site that has image and kernel')
    .option('--image <path>', 'base image at the site')
    .option('--ship-image <file>', 'base image that travels with the job')
    .option('--ship-kernel <file>', 'kernel that travels with the job')
    .option('--changes <bundle>', 'changes bundle that travels, and is merged at boot')
    .option('--input <path>', 'file, directory, pattern or address; repeatable', collect, [])
    .option('--output <name>', 'file, or directory/, to keep; repeatable', collect, [])
    .option('--stdin <file>', 'what the command reads')
    .option('--stdout <name>', 'what the command prints; default: stdout.txt')
    .option('--stderr <name>', 'its messages; default: stderr.txt')
    .option('--env <name=value>', 'set or pass on a variable; repeatable', collect, [])
    .option('--mem <size>', 'memory of the guest; default: 512M')
    .option('--request-mem <size>', 'memory to ask the site for; default: enough for the guest')
    .option('--disk <size>', 'disk that the job needs')
    .option('--cpu-time <time>', 'processor time that the job needs')
    .option('--wall-time <time>', 'time that the job needs')
    .option('--count <number>', 'processor cores')
    .option('--queue <queue>', 'queue of the site')
    .option('--arch <name>', 'architecture of the worker')
    .option('--notify <address>', 'where the site sends mail about the job')
    .option('--save-changes <name>', 'keep what the guest changed as a bundle of this name');
}

/** What a user asks for: words, options, and what the caller has. */
export interface Wish {
  /** The job file, if the first one ends like one, and the command. */
  readonly words: readonly string[];
  readonly flags: JobFlags;
  readonly env: Deps['env'];
}

/** @throws {ConfigError | DescriptionError} */
export async function describeFrom(wish: Wish): Promise<JobDescription> {
  return describeJob(await together(layerReaders(wish).map((read) => read())));
}

/**
 * One description for each task.
 *
 * @throws {ConfigError | DescriptionError | SweepError}
 */
export async function describeSweep(
  wish: Wish,
  tasks: readonly SweepTask[],
): Promise<readonly JobDescription[]> {
  const readers = layerReaders(wish).map(remembering);
  const all: JobDescription[] = [];
  for (const task of tasks) {
    const layers = await together(readers.map((read) => read((data) => fillIn(data, task))));
    all.push(describeJob([...layers, { env: taskVariables(task, tasks.length) }]));
  }
  return all;
}

type ReadLayer = (fillIn?: FillIn) => Promise<JobLayer>;

/** The weakest first: the job file, if there is one, and the options. */
function layerReaders({ words, flags, env }: Wish): readonly ReadLayer[] {
  const place = { directory: process.cwd(), home: homeOf(env) };
  const [first = ''] = words;
  const hasFile = /\.ya?ml$/.test(first);
  const values = optionValues(flags, hasFile ? words.slice(1) : words, env);
  const options: ReadLayer = (fill = (data) => data) => readJobOptions(fill(values), place);
  return hasFile ? [(fill) => loadJobFile(first, place, fill), options] : [options];
}

/** Reads what has no parameters in it only once. */
function remembering(read: ReadLayer): ReadLayer {
  let layer: JobLayer | undefined;
  return async (fill = (data) => data) => {
    if (layer !== undefined) return layer;
    let isFixed = true;
    const found = await read((data) => {
      isFixed = !hasPlaceholder(JSON.stringify(data));
      return fill(data);
    });
    if (isFixed) layer = found;
    return found;
  };
}

/** All of them, or all that is wrong with them. */
async function together(reading: readonly Promise<JobLayer>[]): Promise<readonly JobLayer[]> {
  const results = await Promise.allSettled(reading);
  const reasons = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  const [first] = reasons;
  if (reasons.length > 1 && reasons.every((reason) => reason instanceof ConfigError)) {
    const { kind, code } = first as ConfigError;
    throw new ConfigError(reasons.map(({ message }) => message).join('\n'), { kind, code });
  }
  if (first !== undefined) throw first;
  return results.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

const NAMES = [
  ...['name', 'rte', 'image', 'ship-image', 'ship-kernel', 'changes', 'stdin', 'stdout', 'stderr'],
  ...['mem', 'request-mem', 'disk', 'cpu-time', 'wall-time', 'count', 'queue', 'arch', 'notify'],
  'save-changes',
];

function optionValues(
  flags: JobFlags,
  command: readonly string[],
  own: Deps['env'],
): Record<string, unknown> {
  const { env, input, output } = flags;
  return {
    ...Object.fromEntries(NAMES.map((name) => [name, flags[toCamel(name)]])),
    ...(command.length > 0 && { command }),
    ...(input.length > 0 && { input }),
    ...(output.length > 0 && { output }),
    ...(env.length > 0 && { env: wishedEnvironment(env, own) }),
  };
}

function toCamel(name: string): string {
  return name.replace(/-(?<letter>\w)/g, (_, letter: string) => letter.toUpperCase());
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
