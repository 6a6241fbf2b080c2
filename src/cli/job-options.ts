import { type Command, InvalidArgumentError } from 'commander';
import { loadJobFile, readJobOptions } from '../config/job-loader.ts';
import { describeJob } from '../grid/describe.ts';
import type { JobDescription } from '../grid/description.ts';
import type { Deps } from './deps.ts';
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
    .option('--env <name=value>', 'set a variable; repeatable', collect, [])
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

/**
 * @param words The job file, if the first one ends like one, and the command.
 * @throws {ConfigError | DescriptionError}
 */
export async function describeFrom(
  words: readonly string[],
  flags: JobFlags,
  env: Deps['env'],
): Promise<JobDescription> {
  const place = { directory: process.cwd(), home: homeOf(env) };
  const [first = ''] = words;
  const hasFile = /\.ya?ml$/.test(first);
  const command = hasFile ? words.slice(1) : words;
  const file = hasFile ? [await loadJobFile(first, place)] : [];
  const own = await readJobOptions(optionValues(flags, command), place);
  return describeJob([...file, own]);
}

const NAMES = [
  ...['name', 'rte', 'image', 'ship-image', 'ship-kernel', 'changes', 'stdin', 'stdout', 'stderr'],
  ...['mem', 'request-mem', 'disk', 'cpu-time', 'wall-time', 'count', 'queue', 'arch', 'notify'],
  'save-changes',
];

function optionValues(flags: JobFlags, command: readonly string[]): Record<string, unknown> {
  const { env, input, output } = flags;
  return {
    ...Object.fromEntries(NAMES.map((name) => [name, flags[toCamel(name)]])),
    ...(command.length > 0 && { command }),
    ...(input.length > 0 && { input }),
    ...(output.length > 0 && { output }),
    ...(env.length > 0 && { env: Object.fromEntries(env.map(assignment)) }),
  };
}

function toCamel(name: string): string {
  return name.replace(/-(?<letter>\w)/g, (_, letter: string) => letter.toUpperCase());
}

function assignment(text: string): [string, string] {
  const cut = text.indexOf('=');
  if (cut > 0) return [text.slice(0, cut), text.slice(cut + 1)];
  throw new InvalidArgumentError(`"${text}" is no NAME=VALUE`);
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
