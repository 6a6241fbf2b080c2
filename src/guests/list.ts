import { existsSync, lstatSync, statSync } from 'node:fs';
import type { Instant, Seconds } from '../base/clock.ts';
import { explain } from '../base/errno.ts';
import type { Bytes } from '../base/units.ts';
import { type ProcessRow, processTable } from '../host/processes.ts';
import { clear, deathOf, instances } from '../launch/leftovers.ts';
import { readRecord, type StartRecord } from '../launch/record.ts';
import { hasStarted, isPaused } from '../launch/watchdog.ts';
import type { InstancePaths } from '../launch/words.ts';
import { nameOf } from './find.ts';
import { findKernel, type Kernel } from './kernel.ts';

/** One of the caller's guests. */
export interface ListedGuest {
  readonly name: string;
  readonly state: GuestState;
  /** Of a broken one: why. */
  readonly error?: string;
  /** The instance directory; gone when the guest is broken because its owner is dead. */
  readonly directory: string;
  readonly started: string;
  readonly age: Seconds;
  /** What its memory really takes on the host; missing where that cannot be seen. */
  readonly memoryUsed?: Bytes;
  readonly image?: string;
  /** The COW file, where it is not a temporary one. */
  readonly cow?: string;
  readonly memory?: Bytes;
  readonly network?: StartRecord['network'];
  readonly segments?: StartRecord['segments'];
  readonly confined?: boolean;
  readonly command?: readonly string[];
}

/** `starting` until the guest has come to its job. */
export type GuestState = 'starting' | 'running' | 'paused' | 'stopping' | 'broken';

/**
 * Lists the guests of one user, by name. Those whose owners are dead are listed this once: what they
 * left, processes and files, is removed.
 *
 * @param parents Directories of instances.
 */
export function listGuests(parents: readonly string[], now: Instant): ListedGuest[] {
  const all = parents.flatMap(instances);
  const table = all.length === 0 ? [] : processTable();
  return all
    .flatMap((paths) => listGuest(paths, table, now))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function listGuest(
  paths: InstancePaths,
  table: readonly ProcessRow[],
  now: Instant,
): ListedGuest[] {
  const started = startOf(paths);
  if (started === undefined) return [];
  const frame = {
    name: nameOf(paths),
    directory: paths.directory,
    started: new Date(started * 1_000).toISOString(),
    age: Math.max(0, Math.round(now - started)),
  };
  const [record, fault] = recordOf(paths);
  const death = deathOf(paths);
  if (death !== undefined) {
    clear(paths);
    return [{ ...frame, state: 'broken', error: `${death}; what it left is removed`, ...record }];
  }
  if (!existsSync(paths.directory)) return [];
  if (fault !== undefined) return [{ ...frame, state: 'broken', error: fault, ...record }];
  const kernel = findKernel(paths, table);
  const memory = kernel === undefined ? {} : { memoryUsed: kernel.memory };
  return [{ ...frame, state: stateOf(paths, kernel), ...memory, ...record }];
}

/** When its owner was noted: the first thing that a start does. */
function startOf(paths: InstancePaths): Instant | undefined {
  const made =
    statSync(paths.owner, { throwIfNoEntry: false }) ??
    lstatSync(paths.directory, { throwIfNoEntry: false });
  return made === undefined ? undefined : made.mtimeMs / 1_000;
}

function stateOf(paths: InstancePaths, kernel: Kernel | undefined): GuestState {
  if (existsSync(paths.stopping) || existsSync(paths.killed)) return 'stopping';
  if (kernel?.isStopped || isPaused(paths)) return 'paused';
  return hasStarted(paths) ? 'running' : 'starting';
}

type RecordedFields = Omit<Partial<ListedGuest>, 'name' | 'state'>;

/** A start makes the record soon after the directory; older releases made none. */
function recordOf(paths: InstancePaths): [RecordedFields, string?] {
  if (!existsSync(paths.record)) return [{}];
  try {
    const { image, disk, memory, network, segments, confined, command } = readRecord(paths.record);
    const cow = disk.kind === 'cow' ? { cow: disk.path } : {};
    return [{ image, ...cow, memory, network, segments, confined, command }];
  } catch (error) {
    return [{}, `its record cannot be read: ${explain(error)}`];
  }
}
