/**
 * What this machine offers for a start: the kernel.
 *
 * @module
 */

import { findProgram } from '../host/programs.ts';
import { LaunchError } from './launch.ts';

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
