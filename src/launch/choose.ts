/**
 * What this machine offers for a start: the kernel.
 *
 * @module
 */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { mountOf } from '../host/mounts.ts';
import { findProgram } from '../host/programs.ts';
import { kernelFault } from './kernel.ts';
import { LaunchError } from './launch.ts';

/**
 * A kernel lying in the current directory comes before an installed one: a job brings its own.
 *
 * @param wanted A path, or the name of a program.
 * @throws {LaunchError} `KERNEL_MISSING`, `KERNEL_UNUSABLE`
 */
export function chooseKernel(wanted: string | undefined, path: string): string {
  const names = wanted === undefined ? ['./linux', 'linux.uml', 'linux'] : [wanted];
  const found = findProgram(names, path);
  if (found === undefined) throw notFound(wanted);
  const fault = kernelFault(found, process.arch);
  if (fault !== undefined) throw unusable(found, fault);
  return found;
}

function notFound(wanted: string | undefined): LaunchError {
  const fault = wanted?.includes('/') ? faultOf(resolve(wanted)) : undefined;
  if (wanted !== undefined && fault !== undefined) return unusable(wanted, ...fault);
  return new LaunchError(
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

/** Why a file that is there is no program, and what to do. */
function faultOf(path: string): [fault: string, hint?: string] | undefined {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return undefined;
  if (!info.isFile()) return ['it is no file'];
  if (mountOf(path).options.includes('noexec')) {
    return ['its directory is mounted noexec', 'Copy it to a directory where programs may run.'];
  }
  return ['it may not be executed', `Allow it: chmod +x ${path}`];
}

function unusable(
  path: string,
  fault: string,
  hint = 'Install one (apt-get install user-mode-linux), or name another with --kernel.',
): LaunchError {
  return new LaunchError(`Cannot run the kernel "${path}": ${fault}`, {
    kind: 'conflict',
    code: 'KERNEL_UNUSABLE',
    hint,
  });
}
