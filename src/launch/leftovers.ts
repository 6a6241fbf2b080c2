/**
 * Instance directories as others than their owners see them, and what the dead leave behind.
 *
 * @module
 */

import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
  identify,
  isAlive,
  isDeadSpace,
  killGroup,
  type ProcessId,
  pidSpace,
} from '../host/processes.ts';
import { type InstancePaths, instancePaths, SHARED_MEMORY } from './words.ts';

/** Directories of instances: where new ones are made, and where a name too long puts them. */
export function instanceParents(temporary: string, uid: number): readonly string[] {
  const own = `apppot-${uid}`;
  return [...new Set([join(resolve(temporary), own), join('/tmp', own)])];
}

/** Every instance in a directory, whatever its condition. */
export function instances(parent: string): InstancePaths[] {
  try {
    return readdirSync(parent).map((name) => instancePaths(join(parent, name)));
  } catch {
    return [];
  }
}

/** Why an instance is a leftover that nobody answers for; undefined while somebody does. */
export function deathOf(paths: InstancePaths): string | undefined {
  const [owner] = readProcesses(paths.owner);
  if (owner === undefined) return isOld(paths) ? 'its start was cut off' : undefined;
  const space = foreignSpace(paths);
  if (space !== undefined) return isDeadSpace(space) ? 'its PID namespace is dead' : undefined;
  return isAlive(owner) ? undefined : `process ${owner.pid}, which started it, is dead`;
}

/** The PID namespace of the owner where it is not ours: numbers of processes mean others there. */
function foreignSpace({ owner }: InstancePaths): string | undefined {
  const space = /^pid:\[\d+\]$/m.exec(textOf(owner))?.[0];
  return space === pidSpace() ? undefined : space;
}

/** Longer than it takes to note the owner of a new instance. */
const OWNERLESS_MS = 60_000;

function isOld({ directory }: InstancePaths): boolean {
  const made = statSync(directory, { throwIfNoEntry: false })?.mtimeMs;
  return made !== undefined && Date.now() - made > OWNERLESS_MS;
}

/** Ends and removes every instance whose owner is dead. @returns the names of those. */
export function sweep(parent: string): string[] {
  const dead = instances(parent).filter((paths) => deathOf(paths) !== undefined);
  for (const paths of dead) clear(paths);
  return dead.map(({ directory }) => basename(directory));
}

/** Ends and removes an instance. Processes first: a living kernel would go on writing. */
export function clear(paths: InstancePaths): void {
  killProcesses(paths);
  const memory = targetOf(paths.memory);
  if (memory?.startsWith(SHARED_MEMORY)) rmSync(memory, { recursive: true, force: true });
  rmSync(paths.directory, { recursive: true, force: true });
}

/** Kills the groups of the processes of an instance; a leader may have ended before the rest. */
export function killProcesses(paths: InstancePaths): void {
  if (foreignSpace(paths) !== undefined) return;
  for (const recorded of processesOf(paths)) {
    const now = identify(recorded.pid);
    if (now === undefined || now.started === recorded.started) killGroup(recorded.pid);
  }
}

/** Processes to be ended with an instance. */
export function processesOf({ processes }: InstancePaths): readonly ProcessId[] {
  return readProcesses(processes);
}

/** What an instance says of its owner. */
export function renderOwner(pid: number): string {
  return `${renderProcess(identify(pid))}${pidSpace() ?? ''}\n`;
}

/** `PID STARTED` on a line. */
export function renderProcess(process: ProcessId | undefined): string {
  return process === undefined ? '' : `${process.pid} ${process.started}\n`;
}

function readProcesses(path: string): ProcessId[] {
  return [...textOf(path).matchAll(/^(?<pid>\d+) (?<started>\d+)$/gm)].map(({ groups }) => ({
    pid: Number(groups?.pid),
    started: groups?.started ?? '',
  }));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
