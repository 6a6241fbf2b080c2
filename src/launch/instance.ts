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
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { errnoOf } from '../base/errors.ts';
import { identify, isAlive, killGroup, type ProcessId } from '../host/processes.ts';
import { LaunchError } from './launch.ts';
import { type InstancePaths, instancePaths } from './words.ts';

export interface Instance {
  readonly paths: InstancePaths;
  /** Names of instances whose owners were dead, and which are gone now. */
  readonly swept: readonly string[];
  /** Notes a process to be ended with the instance: the leader of its group. */
  record(pid: number): void;
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
  const swept = makeDirectory(parent, paths.directory, uid);
  writeFileSync(paths.owner, renderProcess(identify(process.pid)));
  mkdirSync(paths.sockets, { mode: 0o700 });
  return {
    paths,
    swept,
    record: (pid) => appendFileSync(paths.processes, renderProcess(identify(pid))),
    remove() {
      clear(paths);
      removeIfEmpty(parent);
    },
  };
}

/** Tries again when the last of the other instances takes the parent with it. */
function makeDirectory(parent: string, directory: string, uid: number, tries = 5): string[] {
  makeParent(parent, uid);
  const swept = sweep(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
    return swept;
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT' && tries > 0) {
      return [...swept, ...makeDirectory(parent, directory, uid, tries - 1)];
    }
    throw errnoOf(cause) === 'EEXIST' ? taken(basename(directory)) : unusable(parent, cause);
  }
}

/** Directories of instances: where new ones are made, and where a name too long puts them. */
export function instanceParents(temporary: string, uid: number): readonly string[] {
  const own = `apppot-${uid}`;
  return [...new Set([join(resolve(temporary), own), join('/tmp', own)])];
}

/** Every instance in a directory, whatever its condition. */
export function instances(parent: string): InstancePaths[] {
  return list(parent).map((name) => instancePaths(join(parent, name)));
}

/** Why an instance is a leftover that nobody answers for; undefined while somebody does. */
export function deathOf(paths: InstancePaths): string | undefined {
  const [owner] = readProcesses(paths.owner);
  if (owner === undefined) return isOld(paths) ? 'it was never finished' : undefined;
  return isAlive(owner) ? undefined : `whoever started it is dead, process ${owner.pid}`;
}

/** Longer than it takes to note the owner of a new instance. */
const OWNERLESS_MS = 60_000;

function isOld({ directory }: InstancePaths): boolean {
  const made = statSync(directory, { throwIfNoEntry: false })?.ctimeMs;
  return made !== undefined && Date.now() - made > OWNERLESS_MS;
}

/** Ends and removes every instance whose owner is dead. @returns the names of those. */
export function sweep(parent: string): string[] {
  const dead = instances(parent).filter((paths) => deathOf(paths) !== undefined);
  for (const paths of dead) clear(paths);
  return dead.map(({ directory }) => basename(directory));
}

/** Processes to be ended with an instance. */
export function processesOf({ processes }: InstancePaths): readonly ProcessId[] {
  return readProcesses(processes);
}

/** Kills the processes of an instance, so that whoever answers for it cleans up. */
export function killProcesses(paths: InstancePaths): void {
  for (const recorded of readProcesses(paths.processes)) {
    const now = identify(recorded.pid);
    if (now === undefined || now.started === recorded.started) killGroup(recorded.pid);
  }
}

/** Says something of an instance by a file, as long as the instance is there. */
export function mark(path: string): void {
  try {
    writeFileSync(path, '', { mode: 0o600 });
  } catch {
    // It has ended.
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** Processes first: a living kernel would go on writing. Its leader may have ended before the rest. */
export function clear(paths: InstancePaths): void {
  killProcesses(paths);
  rmSync(paths.directory, { recursive: true, force: true });
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
  const reason = errnoOf(cause) ?? (cause instanceof Error ? cause.message : String(cause));
  return new LaunchError(`Cannot use the directory "${parent}" for the guest: ${reason}`, {
    kind: 'conflict',
    code: 'TEMP_UNUSABLE',
    hint: 'Set TMPDIR to a directory of your own that has room.',
    cause,
  });
}
