import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seconds } from '../base/clock.ts';
import { mark } from '../launch/instance.ts';
import { clear, deathOf, killProcesses } from '../launch/leftovers.ts';
import { tellGuest } from '../launch/line.ts';
import type { InstancePaths } from '../launch/words.ts';
import { GuestError } from './errors.ts';
import { nameOf } from './find.ts';

/** How a guest ended: by itself, by force, or long ago, so that only its leftovers were removed. */
export type End = 'stopped' | 'killed' | 'removed';

const SIGTERM = 15;
/** For the owner to notice and to clean up. */
const CLEANUP: Seconds = 20;
const LOOK_MS = 25;

/**
 * Asks a guest's job to end, as SIGTERM would, and waits until the guest has powered off.
 *
 * @param patience Until the guest is killed.
 * @throws {GuestError} `GUEST_STUBBORN`
 */
export async function stopGuest(paths: InstancePaths, patience: Seconds): Promise<End> {
  if (deathOf(paths) !== undefined) return remove(paths);
  const owner = ownerOf(paths);
  mark(paths.stopping);
  tellGuest(paths.line, `signal ${SIGTERM}`);
  const isGone = await until(() => ownerOf(paths) !== owner, patience);
  return isGone ? 'stopped' : killGuest(paths);
}

/**
 * Ends a guest at once; what it had not written to its disk is lost.
 *
 * @throws {GuestError} `GUEST_STUBBORN` when its owner does not clean up.
 */
export async function killGuest(paths: InstancePaths): Promise<End> {
  if (deathOf(paths) !== undefined) return remove(paths);
  const owner = ownerOf(paths);
  mark(paths.killed);
  const isGone = (): boolean => {
    if (ownerOf(paths) !== owner) return true;
    killProcesses(paths);
    return false;
  };
  if (await until(isGone, CLEANUP)) return 'killed';
  throw new GuestError(
    `Cannot end the guest "${nameOf(paths)}": it is killed, but process ${owner.split(' ')[0]}, ` +
      'which started it, does not clean up',
    { kind: 'conflict', code: 'GUEST_STUBBORN', hint: 'Look at that process: it may be stopped.' },
  );
}

function remove(paths: InstancePaths): End {
  clear(paths);
  return 'removed';
}

/** Changes when the guest is gone, or another one has its name. */
function ownerOf({ owner }: InstancePaths): string {
  return existsSync(owner) ? readFileSync(owner, 'utf8') : '';
}

async function until(isDone: () => boolean, limit: Seconds): Promise<boolean> {
  for (let waited = 0; !isDone(); waited += LOOK_MS) {
    if (waited > limit * 1_000) return false;
    await sleep(LOOK_MS);
  }
  return true;
}
