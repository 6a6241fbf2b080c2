import { OrchestratorError } from '../../orchestrator/errors.ts';
import {
  explainJob,
  explainNode,
  type JobStory,
  type NodeStory,
} from '../../orchestrator/explain.ts';
import type { StoredEntry } from '../../orchestrator/store/store.ts';
import type { Deps } from '../deps.ts';
import { atStore } from './at-store.ts';
import type { FileFlags } from './file.ts';
import { timeOf } from './time.ts';

type Flags = FileFlags & { readonly json?: boolean };

/** @throws {OrchestratorError} `JOB_UNKNOWN` */
export async function showJob(id: string, flags: Flags, deps: Deps): Promise<void> {
  await atStore(flags, deps, (store) => {
    const story = explainJob(store, id);
    if (story.last === undefined && story.entries.length === 0) throw unknown(id);
    deps.output(flags.json).result(story, renderJob(story));
  });
}

/** @throws {OrchestratorError} `NODE_UNKNOWN` */
export async function showNode(name: string, flags: Flags, deps: Deps): Promise<void> {
  await atStore(flags, deps, (store) => {
    const story = explainNode(store, name);
    deps.output(flags.json).result(story, renderNode(story));
  });
}

function renderJob({ job, entries, last }: JobStory): string {
  const verdict =
    last === undefined
      ? 'not seen in the cycles that are kept'
      : `${last.verdict} (${timeOf(last.at)}, by ${last.policy})`;
  return [`job ${job}: ${verdict}`, ...entries.map(renderEntry)].join('\n');
}

function renderNode({
  node,
  started,
  jobs,
  ended,
  evidence,
  requeued,
  entries,
}: NodeStory): string {
  const { kind, ...proof } = evidence ?? { kind: undefined };
  const facts = Object.entries(proof).map(([name, value]) => `${name} ${inWords(name, value)}`);
  return [
    `node ${node.name}: ${node.phase} since ${timeOf(node.since)}`,
    `  started: ${started}${jobs.length > 0 ? `, for jobs ${jobs.join(', ')}` : ''}`,
    ...(ended === undefined ? [] : [`  ended: ${ended}`]),
    ...(kind === undefined ? [] : [`  proof: ${kind}, ${facts.join(', ')}`]),
    ...(requeued.length > 0 ? [`  put back into the queue: jobs ${requeued.join(', ')}`] : []),
    ...entries.map(renderEntry),
  ].join('\n');
}

const MOMENTS: ReadonlySet<string> = new Set(['acked', 'seen']);

function inWords(name: string, value: unknown): string {
  return typeof value === 'number' && MOMENTS.has(name) ? timeOf(value) : String(value);
}

function renderEntry({ at, kind, text }: StoredEntry): string {
  return `  ${timeOf(at)} ${kind}: ${text}`;
}

function unknown(id: string): OrchestratorError {
  return new OrchestratorError(`Cannot explain job "${id}": no cycle that is kept knew it`, {
    kind: 'missing',
    code: 'JOB_UNKNOWN',
    hint: 'Ask the batch system whether there is such a job',
  });
}
