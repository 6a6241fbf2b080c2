/**
 * Instance directories: one per running guest, owned by the process that started it. What the dead
 * leave behind, processes and files, is cleaned up by the next start.
 *
 * @module
 */

import {
  appendFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { errnoOf } from '../base/errors.ts';
import { explain } from '../host/errno.ts';
import { identify, isAlive, killGroup, type ProcessId } from '../host/processes.ts';
import { LaunchError, type MemoryPlace } from './launch.ts';
import { type InstancePaths, instancePaths } from './words.ts';

const OWNER = 'owner';
const PROCESSES = 'processes';
const SHARED_MEMORY = '/dev/shm/apppot.';

export interface Instance {
  readonly paths: InstancePaths;
  /** Notes a process to be ended with the instance: the leader of its group. */
  record(pid: number): void;
  /** Makes the directory for the guest's memory; one in `/dev/shm` goes with the instance, too. */
  makeMemory(place: MemoryPlace): void;
  /** Kills what was recorded and removes the directory. */
  remove(): void;
}

/**
 * Makes the directory of a new instance, after the leftovers of dead ones are gone.
 *
 * @param parent Of all instances of one user; made when missing, private to its owner.
 * @throws {LaunchError} `NAME_TAKEN` when a living guest has the name, `TEMP_UNUSABLE`.
 */
export function openInstance(parent: string, name: string, uid: number): Instance {
  const paths = instancePaths(join(parent, name));
  makeDirectory(parent, paths.directory, uid);
  writeFileSync(join(paths.directory, OWNER), renderProcess(identify(process.pid)));
  mkdirSync(paths.sockets, { mode: 0o700 });
  return {
    paths,
    record: (pid) => appendFileSync(join(paths.directory, PROCESSES), renderProcess(identify(pid))),
    makeMemory(place) {
      if (place === 'temporary') mkdirSync(paths.memory, { mode: 0o700 });
      else symlinkSync(mkdtempSync(SHARED_MEMORY), paths.memory);
    },
    remove() {
      clear(paths.directory);
      removeIfEmpty(parent);
    },
  };
}

/** Tries again when the last of the other instances takes the parent with it. */
function makeDirectory(parent: string, directory: string, uid: number, tries = 5): void {
  makeParent(parent, uid);
  sweep(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT' && tries > 0) makeDirectory(parent, directory, uid, tries - 1);
    else throw errnoOf(cause) === 'EEXIST' ? taken(basename(directory)) : unusable(parent, cause);
  }
}

/** Ends and removes every instance whose owner is dead. */
export function sweep(parent: string): void {
  for (const name of list(parent)) {
    const directory = join(parent, name);
    const [owner] = readProcesses(join(directory, OWNER));
    if (owner === undefined ? isOld(directory) : !isAlive(owner)) clear(directory);
  }
}

/** Whoever made it was killed before it could say so: that takes no minute. */
function isOld(directory: string): boolean {
  const made = statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
  return Date.now() - made > ORPHAN_AGE_MS;
}

const ORPHAN_AGE_MS = 60_000;

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Processes first: a living kernel would go on writing. Its leader may have ended before the rest. */
function clear(directory: string): void {
  for (const recorded of readProcesses(join(directory, PROCESSES))) {
    const now = identify(recorded.pid);
    if (now === undefined || now.started === recorded.started) killGroup(recorded.pid);
  }
  const memory = targetOf(instancePaths(directory).memory);
  if (memory?.startsWith(SHARED_MEMORY)) rmSync(memory, { recursive: true, force: true });
  rmSync(directory, { recursive: true, force: true });
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

function removeIfEmpty(parent: string): void {
  try {
    rmdirSync(parent);
  } catch {
    // Others live there.
  }
}

function makeParent(parent: string, uid: number): void {
  try {
    mkdirSync(parent, { mode: 0o700, recursive: true });
    const { mode, uid: owner } = lstatSync(parent);
    if (owner === uid && (mode & 0o077) === 0) return;
  } catch (cause) {
    throw unusable(parent, cause);
  }
  throw unusable(parent, new Error('it is not private to you'));
}

/** `PID STARTED` on a line. */
function renderProcess(process: ProcessId | undefined): string {
  return process === undefined ? '' : `${process.pid} ${process.started}\n`;
}

function readProcesses(path: string): ProcessId[] {
  let text = '';
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  return [...text.matchAll(/^(?<pid>\d+) (?<started>\d+)$/gm)].map(({ groups }) => ({
    pid: Number(groups?.pid),
    started: groups?.started ?? '',
  }));
}

function taken(name: string): LaunchError {
  return new LaunchError(`Cannot start "${name}": a guest of this name is running`, {
    kind: 'conflict',
    code: 'NAME_TAKEN',
    hint: 'Choose another name with --id.',
  });
}

function unusable(parent: string, cause: unknown): LaunchError {
  return new LaunchError(`Cannot use the directory "${parent}" for the guest: ${explain(cause)}`, {
    kind: 'conflict',
    code: 'TEMP_UNUSABLE',
    hint: 'Set TMPDIR to a directory of your own that has room.',
    cause,
  });
}
