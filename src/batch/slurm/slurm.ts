/**
 * Slurm by its command line, with dynamic nodes. Measured with 22.05.8; what is told in comments was seen there.
 *
 * @module
 */

import type { Instant, Seconds } from '../../base/clock.ts';
import type { Host } from '../../host/host.ts';
import type { BatchHost } from '../../model/host.ts';
import type { HostName, Job } from '../../model/job.ts';
import { BATCH_DEADLINE, type BatchSnapshot, type BatchSystem } from '../batch.ts';
import { checkHostName } from '../host-name.ts';
import { type Ask, asking } from './asking.ts';
import { addNode, cordonNode, forceRemoveNode, removeNode, uncordonNode } from './nodes.ts';
import { parseSinfo } from './sinfo.ts';
import { parseSqueue } from './squeue.ts';

export interface SlurmOptions {
  /** Where its programs run, by an operator of the cluster. */
  readonly host: Host;
  /** What makes a node one of the partition that nodes are added to: `NodeSet=dyn Feature=dyn`. */
  readonly features: readonly string[];
  /** Default {@link BATCH_DEADLINE}. */
  readonly deadline?: Seconds;
  readonly now: () => Instant;
}

/** How messages name it. */
export function slurmName(host: Host): string {
  return host.name === 'local' ? 'slurm' : `slurm via ${host.name}`;
}

export function slurm({
  host,
  features,
  deadline = BATCH_DEADLINE,
  now,
}: SlurmOptions): BatchSystem {
  const name = slurmName(host);
  const ask = asking(host, name, deadline);
  return {
    kind: 'slurm',
    name,
    snapshot: (signal) => look(ask, now(), parseSinfo, signal),
    add: async (newHost, signal) => {
      checkHostName(newHost.name);
      await addNode(ask, newHost, features, signal);
    },
    cordon: async (node, reason, signal) => cordonNode(ask, checkHostName(node), reason, signal),
    uncordon: async (node, signal) => uncordonNode(ask, checkHostName(node), signal),
    remove: async (node, signal) => removeNode(ask, checkHostName(node), signal),
    forceRemove: async (node, signal) => forceRemoveNode(ask, checkHostName(node), signal),
    check: (signal) => troubles(ask, features, signal),
    close: async () => undefined,
  };
}

/** Hosts first: a job that starts in between shows itself, and what ended in between still counts on its host. */
export async function look(
  ask: Ask,
  taken: Instant,
  readHosts: (pieces: AsyncIterable<Uint8Array>) => Promise<ReadonlyMap<HostName, BatchHost>>,
  signal?: AbortSignal,
): Promise<BatchSnapshot> {
  const incarnation = bootTime(await ask.run('look at Slurm', SETTINGS, signal));
  const hosts = await ask.read(['sinfo', '--json'], readHosts, signal);
  const jobs = await ask.read(['squeue', '--json'], parseSqueue, signal);
  return {
    taken,
    jobs,
    hosts: occupied(hosts, jobs),
    ...(incarnation !== undefined && { incarnation }),
  };
}

export const SETTINGS = ['scontrol', 'show', 'config'];

/** The value of a setting as `scontrol show config` prints it; empty when it is not there. */
export function settingOf(text: string, name: string): string {
  const line = new RegExp(`^${name}\\s*=\\s*(?<value>.*)$`, 'm').exec(text);
  return line?.groups?.value?.trim() ?? '';
}

function bootTime(text: string): string | undefined {
  return /^BOOT_TIME\s*=\s*(?<time>\S+)/m.exec(text)?.groups?.time;
}

/** A host that a listed job has is not free, though it was when hosts were asked for. */
function occupied(
  hosts: ReadonlyMap<HostName, BatchHost>,
  jobs: readonly Job[],
): ReadonlyMap<HostName, BatchHost> {
  const all = new Map(hosts);
  for (const name of new Set(jobs.flatMap((job) => job.hosts))) {
    const host = all.get(name);
    if (host?.used === 0) all.set(name, { ...host, used: 1 });
  }
  return all;
}

async function troubles(
  ask: Ask,
  features: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const text = await ask.run('look at Slurm', SETTINGS, signal);
  const value = (name: string): string => settingOf(text, name);
  const found: string[] = [];
  if (!/^[1-9]/.test(value('MaxNodeCount'))) {
    found.push('Slurm has no room for more nodes: MaxNodeCount is not set');
  }
  if (value('SelectType') !== 'select/cons_tres') {
    found.push(`dynamic nodes need SelectType=select/cons_tres, not ${value('SelectType')}`);
  }
  if (features.length === 0) found.push('no feature makes a node one of a partition');
  return found;
}
