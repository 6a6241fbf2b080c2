/**
 * Holds a running guest still while its disk is read, through its management console.
 *
 * Source: the kernel's `arch/um/drivers/mconsole_kern.c`; the client is `image/host/console.pl`.
 *
 * @module
 */

import { existsSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Seconds } from '../base/clock.ts';
import { NO_PACE, type Pace } from '../base/pace.ts';
import { type Feed, feed } from '../host/feed.ts';
import { findProgram } from '../host/programs.ts';
import { runSync } from '../host/sync.ts';
import { LaunchError } from './launch.ts';
import { HELD, type InstancePaths, instancePaths } from './words.ts';

/** A guest that stands still. */
export interface PausedGuest {
  readonly image: string;
  /** Undefined where the guest writes to the image itself. */
  readonly cow?: string;
  /**
   * Lets it go on. If we are killed before, it goes on by itself.
   *
   * @throws {LaunchError} `GUEST_WROTE` when its disk changed while it stood still.
   */
  resume(): Promise<void>;
}

const STOP_LIMIT: Seconds = 20;

/**
 * Stops the guest when a line comes in, and lets it go on when the input ends: when we say so, or when
 * we are gone, however that came to be. One program does both, so that the one never overtakes the
 * other; a lock keeps others of its kind from the guest meanwhile. It says nothing: with nobody left
 * to read that, SIGPIPE would end it before its work is done. How far it is stands in a file.
 */
const HOLD = `
exec >/dev/null 2>&1
: >"$0" && trap 'rm -f "$0"' EXIT && read -r line || exit 1
"$@" stop
case $? in
0) echo stopped >"$0" && cat >/dev/null ;;
124) ;;
*) exit 1 ;;
esac
"$@" go`;

/** Status of flock(1) when somebody else has the lock: any that nothing else here uses. */
const LOCKED = 75;

const SYNC_LIMIT: Seconds = 60;
const LOOK_MS = 20;
/** So often in a row nothing is written before a disk counts as settled. */
const QUIET_LOOKS = 5;

/**
 * Lets a guest write what it holds in memory to its disk, and stops it.
 *
 * @param parents Directories of instances.
 * @param path Directories to search for programs, as in `$PATH`.
 * @throws {LaunchError} `GUEST_MISSING`, `GUEST_PAUSED`, `CONSOLE_MISSING`, `CONSOLE_FAILED`
 */
export async function pauseGuest(
  parents: readonly string[],
  name: string,
  path: string,
  pace: Pace = NO_PACE,
): Promise<PausedGuest> {
  const paths = findInstance(parents, name);
  const console = consoleWords(paths, name, path);
  const held = join(paths.directory, `${HELD}${process.pid}`);
  const lock = ['flock', '-n', '-E', `${LOCKED}`, join(paths.directory, 'hold.lock')];
  const holder = await feed(['setsid', ...lock, 'sh', '-c', HOLD, held, ...console]);
  const disk = existsSync(paths.cowLink) ? paths.cowLink : paths.imageLink;
  const wait = waiting(holder, name, pace);
  try {
    await wait(() => existsSync(held), STOP_LIMIT, 'nothing takes hold of it');
    await syncDisk(console, paths, name, wait);
    await holder.write(Buffer.from('stop\n'));
    await wait(() => sizeOf(held) > 0, STOP_LIMIT, 'its console does not stop it');
    const stamp = await settled(disk);
    return {
      image: readlinkSync(paths.imageLink),
      ...(disk === paths.cowLink && { cow: readlinkSync(disk) }),
      async resume() {
        const isSame = stampOf(disk) === stamp;
        await holder.finish();
        if (!isSame) throw wrote(name);
      },
    };
  } catch (error) {
    await holder.end();
    throw existsSync(paths.imageLink) ? error : missing(name);
  }
}

function findInstance(parents: readonly string[], name: string): InstancePaths {
  const all = parents.map((parent) => instancePaths(`${parent}/${name}`));
  const found = all.find((paths) => existsSync(socketOf(paths, name)));
  if (found !== undefined && existsSync(found.imageLink)) return found;
  throw missing(name);
}

function missing(name: string): LaunchError {
  return new LaunchError(`Cannot pause "${name}": no guest of yours with this name is running`, {
    kind: 'missing',
    code: 'GUEST_MISSING',
    hint: 'Give guests their names with apppot-start --id.',
  });
}

function socketOf({ sockets }: InstancePaths, name: string): string {
  return `${sockets}/${name}/mconsole`;
}

/** The words that ask the console something: Node.js has no datagram sockets of this kind. */
function consoleWords(paths: InstancePaths, name: string, path: string): readonly string[] {
  const perl = findProgram(['perl'], path);
  const client = new URL('../../image/host/console.pl', import.meta.url);
  if (perl !== undefined) return [perl, fileURLToPath(client), socketOf(paths, name)];
  throw new LaunchError('Cannot pause a guest: there is no program "perl" in PATH', {
    kind: 'missing',
    code: 'CONSOLE_MISSING',
    hint: 'Install it (apt-get install perl-base), or end the guest and read its COW file.',
  });
}

/** The kernel answers before it is done, and tells the end in its log. */
async function syncDisk(
  console: readonly string[],
  { log }: InstancePaths,
  name: string,
  wait: Wait,
): Promise<void> {
  const count = (): number => readFileSync(log, 'latin1').split('Emergency Sync complete').length;
  const before = count();
  ask(console, 'sysrq s', name);
  await wait(() => count() > before, SYNC_LIMIT, 'it does not sync its disk');
}

type Wait = (isDone: () => boolean, limit: Seconds, otherwise: string) => Promise<void>;

function waiting(holder: Feed, name: string, pace: Pace): Wait {
  pace.begin({ doing: `pausing ${name}` });
  return async (isDone, limit, otherwise) => {
    for (let waited = 0; holder.isRunning() && !isDone(); waited += LOOK_MS) {
      if (waited > limit * 1_000) throw failed(name, `${otherwise}, for ${limit} s`);
      await sleep(LOOK_MS);
      await pace.rest();
    }
    if (holder.isRunning()) return;
    const { status } = await holder.end();
    throw status === LOCKED ? paused(name) : failed(name, otherwise);
  };
}

function ask(console: readonly string[], command: string, name: string): void {
  const { status, stdout } = runSync([...console, ...command.split(' ')]);
  if (status === 0) return;
  const said = stdout.toString().trimEnd().split('\n').at(-1);
  throw failed(name, `its console does not answer "${command}"${said ? `: ${said}` : ''}`);
}

/** What was on its way to the disk when the guest stopped is written by a thread that goes on. */
async function settled(disk: string): Promise<string> {
  let stamp = stampOf(disk);
  for (let quiet = 0; quiet < QUIET_LOOKS; quiet += 1) {
    await sleep(LOOK_MS);
    const now = stampOf(disk);
    if (now !== stamp) quiet = 0;
    stamp = now;
  }
  return stamp;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function stampOf(disk: string): string {
  const { mtimeNs, size } = statSync(disk, { bigint: true });
  return `${mtimeNs} ${size}`;
}

function failed(name: string, reason: string): LaunchError {
  return new LaunchError(`Cannot pause "${name}": ${reason}`, {
    kind: 'remote',
    code: 'CONSOLE_FAILED',
    hint: 'Try again, or end the guest and read its COW file.',
  });
}

function paused(name: string): LaunchError {
  return new LaunchError(`Cannot pause "${name}": its disk is being read by somebody else`, {
    kind: 'conflict',
    code: 'GUEST_PAUSED',
    hint: 'Try again when they are done.',
  });
}

function wrote(name: string): LaunchError {
  return new LaunchError(`Cannot trust what was read: "${name}" wrote to its disk meanwhile`, {
    kind: 'remote',
    code: 'GUEST_WROTE',
    hint: 'Do it again.',
  });
}
