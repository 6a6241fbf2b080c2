import { basename } from 'node:path';
import { AppPotError } from '../base/errors.ts';
import type { JobFileInput, JobLayer } from '../config/job.ts';
import type { ImageChoice, JobDescription, JobResources } from './description.ts';

export class DescriptionError extends AppPotError<'DESCRIPTION_UNFIT'> {}

const DEFAULT_MEMORY = 512 * 2 ** 20;

/**
 * One description out of a job file and the options beside it.
 *
 * Inputs, outputs and variables add up, name by name; of all other settings the last one counts.
 *
 * @param layers The strongest last.
 * @throws {DescriptionError} `DESCRIPTION_UNFIT`
 */
export function describeJob(layers: readonly JobLayer[]): JobDescription {
  const one = Object.assign({}, ...layers.map(given)) as JobLayer;
  const { stdin, changes, queue, notify } = one;
  const inputs = byName(
    layers.flatMap((layer) => [...(layer.input ?? []), ...listed(layer.stdin)]),
  );
  const stdout = one.stdout ?? 'stdout.txt';
  const stderr = one.stderr ?? 'stderr.txt';
  const command = one.command ?? [];
  const image = imageOf(layers);
  const mistakes = [
    ...(image === undefined ? [NO_IMAGE] : []),
    ...nameMistakes(inputs, [stdout, stderr, ...listed(one['save-changes'])]),
  ];
  if (image === undefined || mistakes.length > 0) throw unfit(mistakes);
  return {
    name: one.name ?? nameAfter(command[0]),
    image,
    command,
    environment: Object.assign({}, ...layers.map(({ env }) => env)),
    inputs,
    outputs: byName(layers.flatMap(({ output }) => output ?? [])),
    stdout,
    stderr,
    resources: resources(one),
    ...given({ changes, queue, notify, kernel: one['ship-kernel'], stdin: stdin?.name }),
    ...given({ architecture: one.arch, saveChanges: one['save-changes'] }),
  };
}

function resources(one: JobLayer): JobResources {
  return {
    memory: one.mem ?? DEFAULT_MEMORY,
    count: one.count ?? 1,
    ...given({ memoryRequest: one['request-mem'], disk: one.disk }),
    ...given({ cpuTime: one['cpu-time'], wallTime: one['wall-time'] }),
  };
}

/** A layer that names an image in one way takes back what another said in another way. */
function imageOf(layers: readonly JobLayer[]): ImageChoice | undefined {
  const choices = layers.flatMap((layer): ImageChoice[] => [
    ...listed(layer.rte).map((name) => ({ kind: 'rte' as const, name })),
    ...listed(layer.image).map((path) => ({ kind: 'site' as const, path })),
    ...listed(layer['ship-image']).map((path) => ({ kind: 'ship' as const, path })),
  ]);
  return choices.at(-1);
}

interface Mistake {
  readonly reason: string;
  readonly hint: string;
}

const NO_IMAGE: Mistake = {
  reason: 'it has no image',
  hint: 'Name a run-time environment of the site with --rte, a file there with --image, or one of yours with --ship-image.',
};

/** No name is a file and a directory at once, and none of the job's streams overwrites an input. */
function nameMistakes(inputs: readonly JobFileInput[], written: readonly string[]): Mistake[] {
  const names = new Set(inputs.map(({ name }) => name));
  const over = new Set(written.filter((name) => names.has(name)));
  const files = new Set([...names, ...written]);
  return [
    ...[...over].map((name) => named(`"${name}" is an input, and would be written over`)),
    ...[...files].flatMap((name) =>
      parents(name)
        .filter((parent) => files.has(parent))
        .map((parent) => named(`"${parent}" is a file, and the directory of "${name}"`)),
    ),
  ];
}

function named(reason: string): Mistake {
  return { reason, hint: 'Give one of them another name.' };
}

function parents(name: string): string[] {
  const parts = name.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function unfit(mistakes: readonly Mistake[]): DescriptionError {
  const reasons = mistakes.map(({ reason }) => reason);
  const all =
    reasons.length === 1 ? reasons[0] : `${reasons.length} mistakes\n  ${reasons.join('\n  ')}`;
  return new DescriptionError(`Cannot describe the job: ${all}`, {
    kind: 'usage',
    code: 'DESCRIPTION_UNFIT',
    hint: mistakes[0]?.hint ?? '',
  });
}

function nameAfter(program: string | undefined): string {
  const name = basename(program ?? '').replace(/[\p{Cc}\p{Cs}]/gu, '');
  return name === '' ? 'apppot' : name;
}

function byName<T extends { readonly name: string }>(list: readonly T[]): T[] {
  return [...new Map(list.map((one) => [one.name, one])).values()];
}

function listed<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
