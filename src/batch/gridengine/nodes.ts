/**
 * Hosts that come and go.
 *
 * @module
 */

import type { HostName, Job, JobId } from '../../model/job.ts';
import { BatchError, type NewHost } from '../batch.ts';
import { groupsWith, mark, marked, unmark } from './groups.ts';
import { addOrders, obey, type Place, removeOrders } from './orders.ts';
import { linesOf } from './printed.ts';
import { parseQstat, type QueueInstance, type QueueListing } from './qstat.ts';
import { type Ask, refused } from './words.ts';

const DISABLED = /changed state of|already in the specified state/;

export async function addHost(
  ask: Ask,
  place: Place,
  { name, slots, features }: NewHost,
  signal?: AbortSignal,
): Promise<void> {
  const what = `add the host "${name}" to Grid Engine`;
  await obey(ask, what, addOrders(name, place, slots), signal);
  if (features.length === 0) return;
  const values = features.map((feature) => (feature.includes('=') ? feature : `${feature}=TRUE`));
  const argv = ['qconf', '-rattr', 'exechost', 'complex_values', values.join(','), name];
  await obey(ask, what, [{ argv, done: /modified "/ }], signal);
}

export async function cordonHost(ask: Ask, name: HostName, signal?: AbortSignal): Promise<void> {
  const what = `cordon the host "${name}"`;
  const { instances } = await lookAt(ask, name, signal);
  if (instances.length === 0) throw refused(what, 'no queue has it');
  for (const { queue, state } of instances) {
    // Another's stays another's.
    if (state.includes('d')) continue;
    await mark(ask, queue, name, signal);
    const argv = ['qmod', '-d', `${queue}@${name}`];
    await obey(ask, what, [{ argv, done: DISABLED }], signal);
  }
  const open = (await lookAt(ask, name, signal)).instances.filter(isOpen);
  if (open.length > 0) throw refused(what, `${open[0]?.queue}@${name} is not disabled`);
}

function isOpen({ state }: QueueInstance): boolean {
  return !state.includes('d');
}

export async function uncordonHost(ask: Ask, name: HostName, signal?: AbortSignal): Promise<void> {
  const what = `take back the cordon of the host "${name}"`;
  const { instances } = await lookAt(ask, name, signal);
  const marks = await marked(ask, signal);
  const closed = instances.filter((instance) => !isOpen(instance));
  const others = closed.filter(({ queue }) => !marks.has(`${queue}@${name}`));
  if (others.length > 0) throw refused(what, `another has disabled ${others[0]?.queue}@${name}`);
  for (const { queue } of closed) {
    const argv = ['qmod', '-e', `${queue}@${name}`];
    await obey(ask, what, [{ argv, done: DISABLED }], signal);
  }
  for (const { queue } of instances) {
    if (marks.has(`${queue}@${name}`)) await unmark(ask, queue, name, signal);
  }
}

export async function removeHost(ask: Ask, name: HostName, signal?: AbortSignal): Promise<void> {
  const what = `remove the host "${name}" from Grid Engine`;
  await free(ask, what, name, signal);
  const text = await ask(['qmod', '-d', `*@${name}`], { signal });
  if (!DISABLED.test(text) && !/invalid queue/.test(text)) throw refused(what, text);
  // A job may have come in between.
  await free(ask, what, name, signal);
  await ask(['qconf', '-ke', name], { signal });
  await forget(ask, what, name, signal);
}

/** @throws {BatchError} `HOST_BUSY` */
async function free(ask: Ask, what: string, name: HostName, signal?: AbortSignal): Promise<void> {
  const { instances, jobs } = await lookAt(ask, name, signal);
  const used = instances.reduce((sum, instance) => sum + instance.used, 0);
  if (used === 0 && jobs.length === 0) return;
  const list = jobs.map(({ id }) => id).join(', ');
  throw new BatchError(`Cannot ${what}: ${list === '' ? 'jobs' : `the jobs ${list}`} are on it`, {
    kind: 'conflict',
    code: 'HOST_BUSY',
  });
}

export async function forceRemoveHost(
  ask: Ask,
  name: HostName,
  signal?: AbortSignal,
): Promise<readonly JobId[]> {
  const what = `remove the lost host "${name}" from Grid Engine`;
  await ask(['qmod', '-d', `*@${name}`], { signal });
  const { jobs } = await lookAt(ask, name, signal);
  const back: JobId[] = [];
  for (const job of jobs) if (await putBack(ask, what, job, signal)) back.push(job.id);
  await forget(ask, what, name, signal);
  return back;
}

/**
 * A job by its number, not all of a queue: what is asked of a queue leaves out parallel jobs that have their first task
 * elsewhere. One that is being deleted goes.
 */
async function putBack(ask: Ask, what: string, job: Job, signal?: AbortSignal): Promise<boolean> {
  const text = await ask(['qmod', '-f', '-rj', job.id], { signal });
  const isOver = text === '' || /invalid queue or job/.test(text);
  if (!isOver && !/rescheduling of job/i.test(text)) throw refused(what, text);
  return !isOver && job.state !== 'ending';
}

async function forget(ask: Ask, what: string, name: HostName, signal?: AbortSignal): Promise<void> {
  const queues = linesOf(await ask(['qconf', '-sql'], { signal }));
  const groups = await groupsWith(ask, name, signal);
  const configurations = linesOf(await ask(['qconf', '-sconfl'], { signal }));
  const references = { queues, groups, hasOwnSettings: configurations.includes(name) };
  await obey(ask, what, removeOrders(name, references), signal);
}

/** Its queue instances and what runs there; none of an unknown host. */
async function lookAt(ask: Ask, name: HostName, signal?: AbortSignal): Promise<QueueListing> {
  const argv = ['qstat', '-f', '-s', 'rs', '-u', '*', '-q', `*@${name}`, '-xml'];
  const text = await ask(argv, { signal });
  // It fails without a word when no queue has the host.
  return text === '' ? { jobs: [], instances: [] } : parseQstat([Buffer.from(text)]);
}
