/**
 * What this machine offers for a start: kernel, confinement, memory.
 *
 * @module
 */

import { accessSync, constants, readFileSync, statfsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Seconds } from '../base/clock.ts';
import type { Bytes } from '../base/units.ts';
import { succeeds } from '../host/processes.ts';
import { findProgram } from '../host/programs.ts';
import { type Confinement, LaunchError } from './launch.ts';

/**
 * A kernel lying in the current directory comes before an installed one: a job brings its own.
 *
 * @param wanted A path, or the name of a program.
 * @throws {LaunchError} `KERNEL_MISSING`
 */
export function chooseKernel(wanted: string | undefined, path: string): string {
  const names = wanted === undefined ? ['./linux', 'linux.uml', 'linux'] : [wanted];
  const found = findProgram(names, path);
  if (found !== undefined) return found;
  throw new LaunchError(
    wanted === undefined
      ? 'Cannot find a kernel: there is no program "linux" in this directory or in PATH'
      : `Cannot find the kernel "${wanted}": no such program`,
    {
      kind: 'missing',
      code: 'KERNEL_MISSING',
      hint: 'Install one (apt-get install user-mode-linux), or name it with --kernel.',
    },
  );
}

/**
 * Confines by bwrap wherever it works; tried, because kernels and administrators forbid it in many ways.
 *
 * @throws {LaunchError} `UNCONFINED_ROOT` when root would run a guest that reaches all of the host.
 */
export async function chooseConfinement(
  unconfined: boolean,
  uid: number,
  path: string,
): Promise<Confinement> {
  if (unconfined) return { kind: 'none', reason: '--unconfined was given' };
  const program = findProgram(['bwrap'], path);
  if (program !== undefined && (await works(program))) return { kind: 'bwrap', program };
  const reason = `bwrap ${program === undefined ? 'is not installed' : 'gets no user namespace here'}`;
  if (uid !== 0) return { kind: 'none', reason };
  throw new LaunchError(
    `Cannot start a guest as root: ${reason}, and its root could reach every file of this machine`,
    {
      kind: 'conflict',
      code: 'UNCONFINED_ROOT',
      hint: 'Start it as an ordinary user, install bubblewrap, or consent with --unconfined.',
    },
  );
}

function works(program: string): Promise<boolean> {
  const namespaces = ['--unshare-user', '--unshare-pid', '--unshare-net'];
  const view = ['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'];
  return succeeds([program, ...namespaces, ...view, 'true'], PROBE_LIMIT);
}

const PROBE_LIMIT: Seconds = 10;

/**
 * Where the file behind the guest's memory goes: shared memory when that can take it, because a
 * file on a disk is written back by and by.
 *
 * @returns undefined to leave it to the kernel, which takes `/dev/shm`.
 */
export function chooseMemoryDirectory(memory: Bytes, fallback: string): string | undefined {
  return isExecutable('/dev/shm') && freeBytes('/dev/shm') > memory ? undefined : resolve(fallback);
}

function isExecutable(mountPoint: string): boolean {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const options = mounts
    .filter((line) => line.split(' ')[1] === mountPoint)
    .at(-1)
    ?.split(' ')[3];
  return options !== undefined && !options.split(',').includes('noexec');
}

function freeBytes(path: string): Bytes {
  try {
    accessSync(path, constants.W_OK);
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return 0;
  }
}
