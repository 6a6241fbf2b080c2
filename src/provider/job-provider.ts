/**
 * Nodes that are jobs of another system: the job's wrapper boots the node's image. Which node a job is, and whose,
 * travels with the job, so that it is found without our store.
 *
 * @module
 */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Instant } from '../base/clock.ts';
import { AppPotError } from '../base/errors.ts';
import { GridError, isUncertain } from '../grid/errors.ts';
import { planSandbox, stageJob } from '../grid/sandbox.ts';
import type { JobState, JobStatus, MarkedTarget, StagedJob } from '../grid/target.ts';
import { HostError } from '../host/host.ts';
import { type NodeJob, nodeJob } from './node-job.ts';
import { once } from './once.ts';
import {
  type Instance,
  type Listing,
  type Order,
  type Provider,
  ProviderError,
} from './provider.ts';
import { parseLabel, renderLabel } from './tags.ts';

export interface JobProviderOptions extends NodeJob {
  readonly name: string;
  readonly target: MarkedTarget;
  /** Private directory of this machine, for what is being handed over, and last words. Made when missing. */
  readonly directory: string;
  readonly now: () => Instant;
}

export function jobProvider(options: JobProviderOptions): Provider {
  const { name, target, now } = options;
  const orders = once<string>();
  const ending = new Set<string>();
  return {
    kind: target.kind,
    name,
    create: async (order, signal) => {
      signal?.throwIfAborted();
      return orders.do(order.name, () => create(order, options));
    },
    list: async (signal) => {
      signal?.throwIfAborted();
      const busy = orders.underWay;
      const taken = now();
      const { jobs, status } = await lookAt(target).catch((cause) =>
        Promise.reject(unreachable(name, cause)),
      );
      const listing = toListing(taken, jobs, status, ending);
      const dead = [...jobs].filter(([id, { mark }]) => !busy.has(mark) && isOver(status.get(id)));
      for (const [id, { mark }] of dead) {
        if (!orders.underWay.has(mark)) await bury(id, mark, options).catch(() => undefined);
        ending.delete(id);
      }
      return listing;
    },
    terminate: async (id, signal) => {
      signal?.throwIfAborted();
      await end(target, id);
      ending.add(id);
    },
    check: async () => {
      const faults: string[] = [];
      await target.load().catch((error: Error) => faults.push(error.message));
      return faults;
    },
    close: () => target.close(),
  };
}

async function create(order: Order, options: JobProviderOptions): Promise<string> {
  const { target, directory } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const sandbox = await mkdtemp(join(directory, 'order-'));
  const found = new Map<'id', string>();
  try {
    const job = await stage(order, sandbox, options);
    const id = (await target.find(order.name))[0];
    if (id !== undefined) found.set('id', id);
    if (id === undefined) return await target.submit(job);
    const status = (await target.status([id])).get(id);
    if (!isOver(status)) await target.resume(id, job);
    return id;
  } catch (cause) {
    throw fault(order.name, found.size > 0, cause);
  } finally {
    await rm(sandbox, { recursive: true, force: true });
  }
}

async function stage(
  order: Order,
  sandbox: string,
  options: JobProviderOptions,
): Promise<StagedJob> {
  const description = nodeJob(options);
  const plan = await planSandbox(description);
  const job = await stageJob(description, plan, { mark: order.name, directory: sandbox });
  await mkdir(join(sandbox, 'node'), { mode: 0o700 });
  for (const [name, { contents }] of order.files) {
    await writeFile(join(sandbox, 'node', name), contents, { mode: 0o600 });
  }
  return { ...job, label: renderLabel(order.tags) };
}

type Jobs = Awaited<ReturnType<MarkedTarget['all']>>;
type Statuses = ReadonlyMap<string, JobStatus>;

async function lookAt(target: MarkedTarget): Promise<{ jobs: Jobs; status: Statuses }> {
  const all = await target.all();
  const jobs = new Map([...all].filter(([, { mark }]) => mark.startsWith('vb-')));
  const status = jobs.size === 0 ? new Map() : await target.status([...jobs.keys()]);
  return { jobs, status };
}

/** A job of which nothing could be learnt may well be there. */
function toListing(
  taken: Instant,
  jobs: Jobs,
  status: Statuses,
  ending: ReadonlySet<string>,
): Listing {
  const instances = [...jobs].flatMap(([id, { mark, label }]): Instance[] => {
    const found = status.get(id);
    if (isOver(found)) return [];
    const tags = label === undefined ? undefined : parseLabel(label);
    const state = ending.has(id) ? 'ending' : toState(found?.state);
    return [{ id, name: mark, state, ...(tags !== undefined && { tags }) }];
  });
  return { taken, instances, complete: true };
}

const WAITING: ReadonlySet<JobState> = new Set(['accepted', 'staging', 'queued', 'held']);
const OVER: ReadonlySet<JobState> = new Set(['finished', 'failed', 'killed', 'gone']);

function toState(state: JobState | undefined): Instance['state'] {
  if (state !== undefined && WAITING.has(state)) return 'starting';
  return state === 'finishing' ? 'ending' : 'running';
}

function isOver(status: JobStatus | undefined): boolean {
  return status !== undefined && OVER.has(status.state);
}

/** Keeps what the agent said, then has the target forget the job. */
async function bury(id: string, mark: string, options: JobProviderOptions): Promise<void> {
  const { target, directory } = options;
  await mkdir(join(directory, 'ended'), { recursive: true, mode: 0o700 });
  await target.fetch(id, 'node.err', join(directory, 'ended', mark)).catch(() => undefined);
  await target.clean(id);
}

async function end(target: MarkedTarget, id: string): Promise<void> {
  try {
    const status = (await target.status([id])).get(id);
    if (!isOver(status)) await target.kill(id);
  } catch (cause) {
    if (cause instanceof GridError && cause.code === 'JOB_MISSING') return;
    if (!(cause instanceof AppPotError)) throw cause;
    throw new ProviderError(`Cannot end the node "${id}": ${reasonOf(cause)}`, {
      kind: 'remote',
      code: 'UNCERTAIN',
      cause,
    });
  }
}

/** What the target refuses, or was never handed over, is not made; what it did not answer may be. */
function fault(name: string, isFound: boolean, cause: unknown): unknown {
  if (!(cause instanceof AppPotError)) return cause;
  const isOurs = !(cause instanceof GridError || cause instanceof HostError);
  const isRefused = isOurs || cause.code === 'JOB_REFUSED';
  const isOpen = isFound || isUncertain(cause);
  return new ProviderError(`Cannot start the node "${name}": ${reasonOf(cause)}`, {
    kind: isRefused ? 'conflict' : 'remote',
    code: isRefused ? 'REFUSED' : isOpen ? 'UNCERTAIN' : 'UNREACHABLE',
    cause,
    ...(cause.hint !== undefined && { hint: cause.hint }),
  });
}

function unreachable(name: string, cause: unknown): unknown {
  if (!(cause instanceof AppPotError)) return cause;
  return new ProviderError(`Cannot list the nodes of ${name}: ${reasonOf(cause)}`, {
    kind: 'remote',
    code: 'UNREACHABLE',
    cause,
  });
}

function reasonOf({ message }: Error): string {
  return message.replace(/^Cannot /, 'cannot ');
}
