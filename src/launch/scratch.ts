/**
 * A disk of the guest that is empty at its start and gone at its end. A file of its own, not a host
 * directory: its size holds, and what the guest's root makes there has owners and modes of its own.
 *
 * @module
 */

import { type Bytes, formatSize } from '../base/units.ts';
import { findProgram } from '../host/programs.ts';
import { roomIn } from '../host/room.ts';
import { runSync } from '../host/sync.ts';
import { LaunchError, type Scratch } from './launch.ts';

const LEAST: Bytes = 2 ** 20;

/**
 * @param temporary The directory where the file will be, or its parent.
 * @throws {LaunchError} `SCRATCH_UNUSABLE` when it could not be made, or filled.
 */
export function chooseScratch(size: Bytes, temporary: string, path: string): Scratch {
  if (size < LEAST) throw unusable(size, `it needs ${formatSize(LEAST)}`, 'usage', 'Give more.');
  const { free, fault } = roomIn(temporary);
  if (fault !== undefined || free < size) {
    const found = fault ?? `has ${formatSize(free)} free`;
    const hint = 'Ask for less, or set TMPDIR to a directory with more room.';
    throw unusable(size, `"${temporary}" ${found}`, 'conflict', hint);
  }
  const program = findProgram(['mke2fs'], path);
  if (program !== undefined) return { size, program };
  const hint = 'Install it: apt-get install e2fsprogs';
  throw unusable(size, 'there is no program "mke2fs"', 'missing', hint);
}

/** The command that makes it: sparse, and without a journal, for nobody will repair it. */
export function scratchWords({ size, program }: Scratch, file: string): readonly string[] {
  const options = ['-q', '-F', '-t', 'ext4', '-O', '^has_journal', '-m', '0'];
  const kilobytes = `${Math.floor(size / 1_024)}k`;
  return [program, ...options, '-E', 'lazy_itable_init=1,nodiscard', file, kilobytes];
}

/** @throws {LaunchError} `SCRATCH_UNUSABLE` */
export function makeScratch(scratch: Scratch, file: string): void {
  const { status, stderr } = runSync(scratchWords(scratch, file));
  if (status === 0) return;
  const last = stderr.trim().split('\n').at(-1) ?? '';
  throw unusable(scratch.size, last === '' ? `mke2fs ended with ${status}` : last, 'remote');
}

function unusable(
  size: Bytes,
  reason: string,
  kind: LaunchError['kind'],
  hint?: string,
): LaunchError {
  return new LaunchError(`Cannot make a scratch disk of ${formatSize(size)}: ${reason}`, {
    kind,
    code: 'SCRATCH_UNUSABLE',
    ...(hint !== undefined && { hint }),
  });
}
