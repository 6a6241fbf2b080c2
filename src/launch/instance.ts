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
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { identify } from '../host/processes.ts';
import { LaunchError, type MemoryPlace } from './launch.ts';
import { clear, renderOwner, renderProcess, sweep } from './leftovers.ts';
import { type InstancePaths, instancePaths, SHARED_MEMORY } from './words.ts';

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
  writeFileSync(paths.owner, renderOwner(process.pid));
  mkdirSync(paths.sockets, { mode: 0o700 });
  return {
    paths,
    record: (pid) => appendFileSync(paths.processes, renderProcess(identify(pid))),
    makeMemory(place) {
      if (place === 'temporary') mkdirSync(paths.memory, { mode: 0o700 });
      else symlinkSync(mkdtempSync(SHARED_MEMORY), paths.memory);
    },
    remove() {
      clear(paths);
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

/** Says something of an instance by a file, as long as the instance is there. */
export function mark(path: string): void {
  try {
    writeFileSync(path, '', { mode: 0o600 });
  } catch {
    // It has ended.
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
