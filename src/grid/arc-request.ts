/**
 * What is asked of an ARC service for a job: the same for each language that tells it.
 *
 * @module
 */

import type { JobInput } from './description.ts';
import { memoryRequest } from './memory-request.ts';
import type { StagedJob } from './target.ts';

const MIB = 2 ** 20;

/** A file of the job that this machine hands over. */
export interface SandboxFile {
  /** Relative to the sandbox and to the job directory. */
  readonly name: string;
  readonly isExecutable: boolean;
}

interface ArcInput extends SandboxFile {
  /** Fetched by the service; without one it is handed over. */
  readonly url?: string;
}

interface ArcOutput {
  readonly name: string;
  /** Where the service puts it; without one it is kept there. */
  readonly url?: string;
}

/** All numbers are whole. */
export interface ArcRequest {
  readonly name: string;
  readonly executable: string;
  readonly inputs: readonly ArcInput[];
  readonly outputs: readonly ArcOutput[];
  readonly stdout: string;
  readonly stderr: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly rte?: string;
  readonly count: number;
  /** MiB for each core: that is how ARC counts. */
  readonly memory: number;
  /** MiB */
  readonly disk?: number;
  /** Seconds of all cores together. */
  readonly cpuTime?: number;
  /** Seconds */
  readonly wallTime?: number;
  readonly queue?: string;
  readonly architecture?: string;
  readonly notify?: string;
}

/**
 * The wrapper is run without arguments: ARC gives those to a shell that expands them. The command and
 * its environment travel in a file of the sandbox; and the wrapper opens stdin itself.
 *
 * @param files All of the sandbox.
 */
export function arcRequest(job: StagedJob, files: readonly SandboxFile[]): ArcRequest {
  const { description: asked } = job;
  const { cpuTime, wallTime, disk, count } = asked.resources;
  return {
    name: job.name,
    executable: job.wrapper,
    inputs: [...files, ...remoteInputs(asked.inputs, new Set(files.map(({ name }) => name)))],
    outputs: outputsOf(job),
    stdout: asked.stdout,
    stderr: asked.stderr,
    environment: {
      APPPOT_MARK: job.mark,
      ...(job.label !== undefined && { APPPOT_LABEL: job.label }),
    },
    count,
    memory: Math.ceil(memoryRequest(asked.resources) / count / MIB),
    ...(asked.image.kind === 'rte' ? { rte: asked.image.name } : {}),
    ...(disk === undefined ? {} : { disk: Math.ceil(disk / MIB) }),
    ...(cpuTime === undefined ? {} : { cpuTime: Math.ceil(cpuTime) }),
    ...(wallTime === undefined ? {} : { wallTime: Math.ceil(wallTime) }),
    ...(asked.queue === undefined ? {} : { queue: asked.queue }),
    ...(asked.architecture === undefined ? {} : { architecture: asked.architecture }),
    ...(asked.notify === undefined ? {} : { notify: asked.notify }),
  };
}

/** Without those that were fetched before. */
function remoteInputs(inputs: readonly JobInput[], files: ReadonlySet<string>): ArcInput[] {
  return inputs.flatMap(({ name, source, isExecutable = false }) =>
    source.kind === 'url' && !files.has(name) ? [{ name, url: source.url, isExecutable }] : [],
  );
}

/** ARC removes what is not listed, the job's own streams too; and wants each name once. */
function outputsOf({ description }: StagedJob): ArcOutput[] {
  const { outputs, stdout, stderr, saveChanges } = description;
  const named = new Set(outputs.map(({ name }) => name));
  const ours = [stdout, stderr, ...(saveChanges === undefined ? [] : [saveChanges])];
  return [...outputs, ...[...new Set(ours)].filter((name) => !named.has(name)).map(toOutput)];
}

function toOutput(name: string): ArcOutput {
  return { name };
}
