/**
 * Hosts that come and go: Slurm's dynamic nodes.
 *
 * @module
 */

import type { HostName, JobId } from '../../model/job.ts';
import { BatchError, CORDON_PREFIX, type NewHost } from '../batch.ts';
import type { Ask } from './asking.ts';
import { SHUT } from './sinfo.ts';

const MIB = 2 ** 20;

/** What `scontrol show node` tells of one. */
interface Seen {
  readonly words: readonly string[];
  readonly reason: string;
}

/**
 * It stays unseen until its daemon, `slurmd -Z`, has come. One whose daemon came first is known already, by the address that
 * its connection had.
 */
export async function addNode(
  ask: Ask,
  { name, address, slots, memory, features }: NewHost,
  more: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const what = `add the node "${name}" to Slurm`;
  const words = [...new Set([...more, ...features])];
  const size = [`CPUs=${slots}`, `RealMemory=${Math.floor(memory / MIB)}`];
  const where = [`NodeAddr=${address}`, `NodeHostname=${name}`];
  const feature = words.length === 0 ? [] : [`Feature=${words.join(',')}`];
  const argv = ['scontrol', 'create', `nodename=${name}`, ...size, ...feature, 'State=FUTURE'];
  try {
    await ask.run(what, [...argv, ...where], signal);
  } catch (error) {
    if (!isSaid(error, /already (?:exists|in use)|duplicate/i)) throw error;
    if ((await see(ask, name, signal)) === undefined) return;
    await ask.run(what, [...update(name), `nodeaddr=${address}`], signal);
  }
}

export async function cordonNode(
  ask: Ask,
  name: HostName,
  reason: string,
  signal?: AbortSignal,
): Promise<void> {
  const seen = await see(ask, name, signal);
  if (seen === undefined) throw unknown(`cordon the node "${name}"`, name);
  // Another's stays another's.
  if (isShut(seen)) return;
  await drain(ask, name, reason, signal);
}

async function drain(
  ask: Ask,
  name: HostName,
  reason: string,
  signal?: AbortSignal,
): Promise<void> {
  const words = reason.startsWith(CORDON_PREFIX) ? reason : `${CORDON_PREFIX}${reason}`;
  const argv = [...update(name), 'state=drain', `reason=${words.replaceAll(/["\n]/g, ' ')}`];
  await ask.run(`cordon the node "${name}"`, argv, signal);
}

export async function uncordonNode(ask: Ask, name: HostName, signal?: AbortSignal): Promise<void> {
  const what = `take back the cordon of the node "${name}"`;
  const seen = await see(ask, name, signal);
  if (seen === undefined) throw unknown(what, name);
  if (!isShut(seen)) return;
  if (!seen.reason.startsWith(CORDON_PREFIX)) {
    throw refused(what, `it is another's: ${seen.reason || 'without a reason'}`);
  }
  await ask.run(what, [...update(name), 'state=undrain'], signal);
}

export async function removeNode(ask: Ask, name: HostName, signal?: AbortSignal): Promise<void> {
  const what = `remove the node "${name}" from Slurm`;
  const seen = await see(ask, name, signal);
  if (seen !== undefined) {
    await free(ask, what, name, signal);
    if (!isShut(seen)) await drain(ask, name, 'removed', signal);
    // A job may have come in between.
    await free(ask, what, name, signal);
  }
  await forget(ask, what, name, signal);
}

/** @throws {BatchError} `HOST_BUSY` */
async function free(ask: Ask, what: string, name: HostName, signal?: AbortSignal): Promise<void> {
  const jobs = await jobsOn(ask, name, signal);
  if (jobs.length > 0) throw busy(what, `the jobs ${jobs.join(', ')} are on it`);
}

/** It refuses to delete a node with jobs: a guard of its own. */
async function forget(ask: Ask, what: string, name: HostName, signal?: AbortSignal): Promise<void> {
  try {
    await ask.run(what, ['scontrol', 'delete', `nodename=${name}`], signal);
  } catch (error) {
    if (isSaid(error, /busy/i)) throw busy(what, 'Slurm says that it is busy');
    if (!isSaid(error, /invalid node name|not found|unknown node/i)) throw error;
  }
}

/**
 * A node that is set down gives its jobs back at once, those that say that they can't be run again only when they have
 * been made to say otherwise. They would wait for two minutes then.
 */
export async function forceRemoveNode(
  ask: Ask,
  name: HostName,
  signal?: AbortSignal,
): Promise<readonly JobId[]> {
  const what = `remove the lost node "${name}" from Slurm`;
  const jobs = (await see(ask, name, signal)) === undefined ? [] : await jobsOn(ask, name, signal);
  for (const job of jobs) await attempt(ask, what, job, 'Requeue=1', signal);
  if (jobs.length > 0 || (await see(ask, name, signal)) !== undefined) {
    await ask.run(what, [...update(name), 'state=down', `reason=${CORDON_PREFIX}lost`], signal);
  }
  const back = await startAgain(ask, what, jobs, signal);
  await forget(ask, what, name, signal);
  return back;
}

/** They would wait for two minutes. @returns those that are in the queue. */
export async function startAgain(
  ask: Ask,
  what: string,
  jobs: readonly JobId[],
  signal?: AbortSignal,
): Promise<readonly JobId[]> {
  const back: JobId[] = [];
  for (const job of jobs)
    if (await attempt(ask, what, job, 'StartTime=now', signal)) back.push(job);
  return back;
}

/** Of a job that is over meanwhile, nothing can be changed. */
export async function attempt(
  ask: Ask,
  what: string,
  job: JobId,
  setting: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    await ask.run(what, ['scontrol', 'update', `jobid=${job}`, setting], signal);
    return true;
  } catch (error) {
    if (error instanceof BatchError && error.code === 'BATCH_REFUSED') return false;
    throw error;
  }
}

/** Undefined of a node that is unknown, or has not come yet. */
export async function see(
  ask: Ask,
  name: HostName,
  signal?: AbortSignal,
): Promise<Seen | undefined> {
  // It says on stdout that there is none, and fails.
  const argv = ['sh', '-c', '"$@" 2>&1 || :', 'sh', 'scontrol', '-o', 'show', 'node', name];
  const what = `look at the node "${name}"`;
  const text = await ask.run(what, argv, signal);
  const state = / State=(?<state>\S+)/.exec(text)?.groups?.state;
  if (state === undefined) {
    if (/not found|invalid node name/i.test(text)) return undefined;
    throw ask.failure(what, text);
  }
  const reason = / Reason=(?<reason>.*?)(?: \[\S+@\S+\])?\s*$/.exec(text)?.groups?.reason ?? '';
  return { words: state.replace(/[*~#!%$@^-]$/, '').split('+'), reason };
}

export async function jobsOn(
  ask: Ask,
  name: HostName,
  signal?: AbortSignal,
): Promise<readonly JobId[]> {
  const argv = ['squeue', '-h', '-w', name, '-o', '%i'];
  const text = await ask.run(`list the jobs on the node "${name}"`, argv, signal);
  return text.split('\n').filter(Boolean);
}

export function isShut({ words }: Seen): boolean {
  return words.some((word) => SHUT.test(word));
}

export function update(name: HostName): readonly string[] {
  return ['scontrol', 'update', `nodename=${name}`];
}

function isSaid(error: unknown, words: RegExp): boolean {
  return error instanceof BatchError && error.code === 'BATCH_REFUSED' && words.test(error.message);
}

function busy(what: string, reason: string): BatchError {
  return new BatchError(`Cannot ${what}: ${reason}`, { kind: 'conflict', code: 'HOST_BUSY' });
}

function unknown(what: string, name: HostName): BatchError {
  return refused(what, `Slurm does not know "${name}"`);
}

export function refused(what: string, reason: string): BatchError {
  return new BatchError(`Cannot ${what}: ${reason}`, { kind: 'conflict', code: 'BATCH_REFUSED' });
}
