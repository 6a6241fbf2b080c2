/**
 * Which sandbox this machine offers; tried, because kernels and administrators forbid them in many
 * ways. What each one promises: `docs/guide/security.md`.
 *
 * @module
 */

import { fileURLToPath } from 'node:url';
import type { Seconds } from '../base/clock.ts';
import { succeeds } from '../host/processes.ts';
import { findProgram } from '../host/programs.ts';
import { runSync } from '../host/sync.ts';
import { type Confinement, LaunchError } from './launch.ts';

type Sandbox = 'bwrap' | 'landlock';

export type ConfinementWish = 'auto' | Sandbox | 'none';

/** Whether a sandbox works here: with its program, or why not. */
export type Trial = { readonly program: string } | { readonly fault: string };

/**
 * @param path Directories to search for programs, as in `$PATH`.
 * @throws {LaunchError} `SANDBOX_MISSING` when the one asked for does not work; `UNCONFINED_ROOT`
 *   when root did not ask for less than bwrap gives.
 */
export async function chooseConfinement(
  wish: ConfinementWish,
  uid: number,
  path: string,
): Promise<Confinement> {
  if (wish === 'none') return { kind: 'none', reason: 'as asked' };
  const faults: string[] = [];
  for (const kind of candidates(wish, uid)) {
    const trial = kind === 'bwrap' ? await tryBwrap(path) : tryLandlock();
    if ('program' in trial) return { kind, program: trial.program };
    faults.push(trial.fault);
  }
  const reason = faults.join(', and ');
  if (wish !== 'auto') throw missing(wish, reason);
  if (uid === 0) throw refusedRoot(reason);
  return { kind: 'none', reason };
}

/** Landlock lets root change the modes of any file: for root it needs consent. */
function candidates(wish: 'auto' | Sandbox, uid: number): readonly Sandbox[] {
  if (wish !== 'auto') return [wish];
  return uid === 0 ? ['bwrap'] : ['bwrap', 'landlock'];
}

/** Bwrap gives the guest's process namespaces of its own, which show it nothing but its files. */
export async function tryBwrap(path: string): Promise<Trial> {
  const program = findProgram(['bwrap'], path);
  if (program === undefined) return { fault: 'bwrap is not installed' };
  const namespaces = ['--unshare-user', '--unshare-pid', '--unshare-net'];
  const view = ['--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev'];
  const works = await succeeds([program, ...namespaces, ...view, 'true'], PROBE_LIMIT);
  return works ? { program } : { fault: 'bwrap gets no user namespace here' };
}

const PROBE_LIMIT: Seconds = 10;

/** The first version that guards the lengths of files, too: Linux 6.2. */
const LEAST_LANDLOCK = 3;

const HELPER = fileURLToPath(new URL('../../dist/native/apppot-confine', import.meta.url));

/** Landlock lets a process give up access to files, with no namespace. */
export function tryLandlock(program = HELPER): Trial {
  if (findProgram([program], '') === undefined) return { fault: 'apppot-confine is not installed' };
  const version = Number(runSync([program, '--version']).stdout.toString());
  if (version >= LEAST_LANDLOCK) return { program };
  return {
    fault:
      version > 0
        ? `Landlock of this kernel has version ${version}, and ${LEAST_LANDLOCK} is needed`
        : 'this kernel has no Landlock',
  };
}

function missing(wish: string, reason: string): LaunchError {
  return new LaunchError(`Cannot confine the guest by ${wish}: ${reason}`, {
    kind: 'conflict',
    code: 'SANDBOX_MISSING',
    hint: 'Let the best of this machine be found, with --confine auto, or consent to none.',
  });
}

function refusedRoot(reason: string): LaunchError {
  return new LaunchError(
    `Cannot start a guest as root: ${reason}, and its root could reach every file of this machine`,
    {
      kind: 'conflict',
      code: 'UNCONFINED_ROOT',
      hint: 'Start it as an ordinary user, install bubblewrap, or consent with --unconfined.',
    },
  );
}
