/**
 * What this machine offers for a start: kernel and network.
 *
 * @module
 */

import { findProgram } from '../host/programs.ts';
import { LaunchError, type Network } from './launch.ts';

export type NetworkWish = 'auto' | 'slirp' | 'none';

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
 * slirp4netns is several times faster; slirp is what a job may bring along.
 *
 * @param slirp The slirp program that the user names, which then is used.
 * @throws {LaunchError} `SLIRP_MISSING` when one was asked for by name or kind.
 */
export function chooseNetwork(wish: NetworkWish, slirp: string | undefined, path: string): Network {
  if (wish === 'none') return { kind: 'none' };
  if (wish === 'auto' && slirp === undefined) {
    const fast = findProgram(['slirp4netns'], path);
    if (fast !== undefined) return { kind: 'slirp4netns', program: fast };
  }
  const names = slirp ?? ['./slirp-fullbolt', './slirp', 'slirp-fullbolt', 'slirp'];
  const found = findProgram([names].flat(), path);
  if (found !== undefined) return { kind: 'slirp', program: found };
  if (wish === 'auto' && slirp === undefined) return { kind: 'none' };
  throw new LaunchError(`Cannot find "${slirp ?? 'slirp'}": no such program`, {
    kind: 'missing',
    code: 'SLIRP_MISSING',
    hint: 'Install it (apt-get install slirp), or start without a network: --net none.',
  });
}
