/**
 * Jobs as `squeue --json` tells of them.
 *
 * @module
 */

import type { Seconds } from '../../base/clock.ts';
import type { Bytes } from '../../base/units.ts';
import type { Job, JobState } from '../../model/job.ts';
import { keeper, malformed } from '../listing.ts';
import { expandHosts } from './host-list.ts';
import { items } from './items.ts';
import { numberOf, partsOf, type Row, textOf, wordsOf } from './values.ts';

const MIB = 2 ** 20;
const MINUTE: Seconds = 60;

/** It is over: Slurm tells of such jobs for some minutes. Source: squeue(1), JOB STATE CODES. */
const OVER =
  /^(?:BOOT_FAIL|CANCELLED|COMPLETED|DEADLINE|FAILED|NODE_FAIL|OUT_OF_MEMORY|PREEMPTED|REVOKED|TIMEOUT)$/;
const RUNNING = /^(?:CONFIGURING|RUNNING|SUSPENDED|STOPPED|RESIZING|SIGNALING|POWER_UP_NODE)$/;
const ENDING = /^(?:COMPLETING|STAGE_OUT)$/;
const HELD = /^(?:REQUEUED|REQUEUE_FED|REQUEUE_HOLD|RESV_DEL_HOLD|SPECIAL_EXIT)$/;

/** Reasons to wait that a new node may end. Source: squeue(1), JOB REASON CODES; the others are holds, limits and dates. */
const ROOM = /^(?:None|Resources|Priority|PartitionConfig|ReqNodeNotAvail|NodeDown|Nodes?[ _])/;

/**
 * @param pieces Is read to its end; memory is needed for the result alone.
 * @throws {BatchError} `LISTING_MALFORMED`
 */
export async function parseSqueue(
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<readonly Job[]> {
  const keep = keeper();
  const jobs: Job[] = [];
  for await (const row of items(pieces, 'squeue', 'jobs')) {
    const job = jobOf(row, keep);
    if (job !== undefined) jobs.push(job);
  }
  return jobs;
}

function jobOf(row: Row, keep: (text: string) => string): Job | undefined {
  const reason = textOf(row.state_reason);
  const state = stateOf(wordsOf(row.job_state), reason);
  if (state === undefined) return undefined;
  const isThere = state === 'running' || state === 'ending';
  const slots = Math.max(1, numberOf(row.cpus) ?? 1);
  const hostCount = Math.max(1, numberOf(row.node_count) ?? 1);
  const memory = memoryOf(row, slots, hostCount);
  const wallTime = numberOf(row.time_limit);
  const submitted = numberOf(row.submit_time);
  const started = numberOf(row.start_time);
  const priority = numberOf(row.priority);
  return {
    id: idOf(row),
    state,
    tasks: tasksOf(row),
    name: textOf(row.name),
    user: keep(textOf(row.user_name)),
    queue: keep(textOf(row.partition)),
    slots,
    hostCount,
    features: featuresOf(row),
    hosts: isThere ? expandHosts(textOf(row.nodes)).map(keep) : [],
    ...(memory !== undefined && { memory }),
    ...(wallTime !== undefined && { wallTime: wallTime * MINUTE }),
    ...(submitted !== undefined && { submitted }),
    // Of one that waits it is a guess.
    ...(isThere && started !== undefined && { started }),
    ...(priority !== undefined && { priority }),
    ...(!isThere && { reason: keep(reason) }),
  };
}

function stateOf(words: readonly string[], reason: string): JobState | undefined {
  const unknown = words.filter(
    (word) => ![OVER, RUNNING, ENDING, HELD, /^PENDING$/].some((kind) => kind.test(word)),
  );
  if (words.length === 0 || unknown.length > 0) {
    throw malformed('squeue', `job state "${unknown[0] ?? ''}"`);
  }
  const isAny = (kind: RegExp): boolean => words.some((word) => kind.test(word));
  if (isAny(ENDING)) return 'ending';
  if (isAny(OVER)) return undefined;
  if (isAny(RUNNING)) return 'running';
  if (isAny(HELD)) return 'held';
  if (/^launch failed/i.test(reason)) return 'broken';
  return ROOM.test(reason) ? 'pending' : 'held';
}

/** `17`, or `6_3` for a task of an array. */
function idOf(row: Row): string {
  const array = numberOf(row.array_job_id) ?? 0;
  const task = numberOf(row.array_task_id);
  if (array > 0 && task !== undefined) return `${array}_${task}`;
  const id = numberOf(row.job_id);
  if (id === undefined) throw malformed('squeue', 'a job without "job_id"');
  return String(id);
}

/** Tasks that wait come as one, with their numbers: `1-3,7%2`, of which 2 may run at once. */
function tasksOf(row: Row): number {
  const list = textOf(row.array_task_string).split('%')[0] ?? '';
  if (list === '') return 1;
  let count = 0;
  for (const range of list.split(',')) {
    const found = /^(?<first>\d+)(?:-(?<last>\d+)(?::(?<step>\d+))?)?$/.exec(range)?.groups;
    // A long list is cut, and ends with dots.
    if (found === undefined) continue;
    const first = Number(found.first);
    count += 1 + Math.floor((Number(found.last ?? first) - first) / Number(found.step ?? 1));
  }
  const most = numberOf(row.array_max_tasks) ?? 0;
  return Math.max(1, most > 0 ? Math.min(most, count) : count);
}

function memoryOf(row: Row, slots: number, hostCount: number): Bytes | undefined {
  const perSlot = numberOf(row.memory_per_cpu);
  if (perSlot !== undefined && perSlot > 0) return perSlot * MIB;
  const perHost = numberOf(row.memory_per_node);
  if (perHost === undefined || perHost === 0) return undefined;
  return Math.round((perHost * MIB * hostCount) / slots);
}

function featuresOf(row: Row): readonly string[] {
  const constraints = textOf(row.features).split('&').filter(Boolean);
  const licences = partsOf(row.licenses).map((part) => part.split(':')[0] ?? part);
  const gres = partsOf(row.tres_per_node).map((part) => part.replace(/:\d+$/, ''));
  const hosts = textOf(row.required_nodes);
  return [...constraints, ...licences, ...gres, ...(hosts === '' ? [] : [`hostname=${hosts}`])];
}
