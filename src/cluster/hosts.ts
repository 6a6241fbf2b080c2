/**
 * Which machines a batch system gave to a job, and how many guests each may run.
 *
 * @module
 */

import { malformed } from './malformed.ts';
import { expandNodes, expandTasks } from './slurm.ts';

export interface HostSlots {
  readonly host: string;
  /** Guests that it may run at once. */
  readonly slots: number;
}

/** Reads a file by name; undefined: none was named. */
export type ReadFile = (path: string) => string;

/**
 * The hosts of the batch job that we are in, by its variables: Grid Engine's, Slurm's, PBS's.
 *
 * @returns undefined outside of such a job.
 * @throws {LaunchError} `CLUSTER_MALFORMED`
 */
export function hostsOfJob(
  env: Readonly<Record<string, string | undefined>>,
  read: ReadFile,
): readonly HostSlots[] | undefined {
  if (env.PE_HOSTFILE) return parsePeHosts(read(env.PE_HOSTFILE));
  const nodes = env.SLURM_JOB_NODELIST;
  if (nodes) return slurmHosts(nodes, env.SLURM_TASKS_PER_NODE);
  return env.PBS_NODEFILE ? parseHosts(read(env.PBS_NODEFILE)) : undefined;
}

/**
 * Reads a list of hosts as MPI programs take it: `HOST`, `HOST:SLOTS` or `HOST slots=SLOTS` on a line. A host
 * that is named again has one slot more.
 *
 * @throws {LaunchError} `CLUSTER_MALFORMED`
 */
export function parseHosts(text: string): readonly HostSlots[] {
  return gather(
    lines(text).map((line) => {
      const { host, count = '1' } = HOST.exec(line)?.groups ?? {};
      if (host === undefined) throw malformed(line, 'HOST, HOST:SLOTS or HOST slots=SLOTS');
      return { host, slots: Number(count) };
    }),
  );
}

const HOST = /^(?<host>\w[\w.-]*)(?:(?::|\s+slots\s*=\s*)(?<count>\d+))?(?:\s+\w+\s*=\s*\S+)*$/;

/** Grid Engine, sge_pe(5): host, slots, queue and processors on a line. */
function parsePeHosts(text: string): readonly HostSlots[] {
  return gather(
    lines(text).map((line) => {
      const [host = '', slots = ''] = line.split(/\s+/);
      if (!/^\d+$/.test(slots)) throw malformed(line, 'HOST SLOTS QUEUE PROCESSORS');
      return { host, slots: Number(slots) };
    }),
  );
}

function slurmHosts(nodes: string, tasks: string | undefined): readonly HostSlots[] {
  const counts = tasks === undefined ? [] : expandTasks(tasks);
  return expandNodes(nodes).map((host, index) => ({ host, slots: counts[index] ?? 1 }));
}

function lines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean);
}

function gather(rows: readonly HostSlots[]): readonly HostSlots[] {
  const found = new Map<string, number>();
  for (const { host, slots } of rows) found.set(host, (found.get(host) ?? 0) + slots);
  return [...found].map(([host, slots]) => ({ host, slots }));
}
