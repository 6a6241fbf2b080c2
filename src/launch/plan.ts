import { accessSync, constants } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Seconds } from '../base/clock.ts';
import { errnoOf } from '../base/errors.ts';
import { type Bytes, formatSize } from '../base/units.ts';
import { checkBinds, parseBind } from './binds.ts';
import { chooseKernel } from './choose.ts';
import { chooseDisk } from './disk.ts';
import { type Caller, LaunchError, type StartPlan } from './launch.ts';
import { chooseMemoryPlace } from './memory.ts';
import { chooseNetworks, type NetworkRequest } from './net/choose.ts';
import { type ConfinementWish, chooseConfinement } from './sandbox.ts';
import { chooseScratch } from './scratch.ts';
import { instancePaths, isPlain } from './words.ts';

/** What the user asks for; what is left out is found or has a default. */
export interface StartRequest {
  readonly name: string;
  /** An image, a COW file that names its image, or the two as `COW:IMAGE` or `COW,IMAGE`. */
  readonly image: string;
  readonly cow?: string;
  readonly kernel?: string;
  readonly network?: NetworkRequest;
  readonly memory?: Bytes;
  readonly jobdir?: string;
  /** Host directories as `HOST:GUEST` or `HOST:GUEST:ro`. */
  readonly binds?: readonly string[];
  readonly scratch?: Bytes;
  readonly changes?: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly extra?: readonly string[];
  readonly timeout?: Seconds;
  readonly bootTimeout?: Seconds;
  readonly watchdog?: Seconds;
  readonly confine?: ConfinementWish;
}

/** What the request is about to run on. */
export interface Surroundings {
  /** `$PATH` */
  readonly path: string;
  /** `$TMPDIR`, or its default. */
  readonly temporary: string;
  readonly caller: Caller;
}

const DEFAULT_MEMORY: Bytes = 512 * 2 ** 20;
/** Below this the kernel panics at boot. */
const LEAST_MEMORY: Bytes = 48 * 2 ** 20;
const GRACE: Seconds = 8;

/**
 * Decides everything about a start, and finds what is wrong with it before anything is started.
 *
 * @throws {LaunchError}
 */
export async function planStart(request: StartRequest, around: Surroundings): Promise<StartPlan> {
  const { image, disk, partition } = chooseDisk(request.image, request.cow);
  const memory = checkMemory(request.memory ?? DEFAULT_MEMORY);
  const temporary = chooseTemporary(around, request.name);
  const kernel = chooseKernel(request.kernel, around.path);
  const confinement = await chooseConfinement(
    request.confine ?? 'auto',
    around.caller.uid,
    around.path,
  );
  const jobdir = request.jobdir === undefined ? undefined : checkJobdir(request.jobdir);
  const binds = (request.binds ?? []).map(parseBind);
  checkBinds(binds, jobdir, confinement);
  return {
    name: checkName(request.name),
    kernel,
    image,
    disk,
    ...(partition === undefined ? {} : { partition }),
    memory,
    ...(await chooseNetworks(request.network ?? {}, kernel, around.path)),
    confinement,
    temporary,
    memoryPlace: chooseMemoryPlace(memory, confinement, dirname(temporary)),
    ...(jobdir === undefined ? {} : { jobdir }),
    binds,
    ...(request.scratch === undefined
      ? {}
      : { scratch: chooseScratch(request.scratch, dirname(temporary), around.path) }),
    ...(request.changes === undefined ? {} : { changes: checkBundle(request.changes) }),
    command: request.command,
    environment: request.environment ?? {},
    caller: around.caller,
    extra: request.extra ?? [],
    ...limitsOf(request),
    grace: GRACE,
  };
}

function limitsOf({ timeout, bootTimeout, watchdog }: StartRequest): Partial<StartPlan> {
  return {
    ...(timeout !== undefined && { timeout }),
    ...(bootTimeout !== undefined && { bootTimeout }),
    ...(watchdog !== undefined && { watchdog }),
  };
}

/** Longest name of a socket: `sun_path` in unix(7), less the NUL. */
const SOCKET_NAME_MAX = 107;

/** Directory of one user's instances: `/tmp` where the wanted place has a name too long or too odd for the guest's sockets. */
export function chooseTemporary({ temporary, caller }: Surroundings, name: string): string {
  const wanted = join(resolve(temporary), `apppot-${caller.uid}`);
  const longest = `${instancePaths(join(wanted, name)).sockets}/${name}/mconsole`;
  const fits = isPlain(wanted) && longest.length <= SOCKET_NAME_MAX;
  return fits ? wanted : `/tmp/apppot-${caller.uid}`;
}

function checkName(name: string): string {
  if (/^[\w][\w.-]{0,31}$/.test(name)) return name;
  throw new LaunchError(`Cannot name a guest "${name}"`, {
    kind: 'usage',
    code: 'NAME_MALFORMED',
    hint: 'Use at most 32 letters, digits, dots, dashes and underscores.',
  });
}

function checkMemory(memory: Bytes): Bytes {
  if (memory >= LEAST_MEMORY) return memory;
  throw new LaunchError(
    `Cannot start a guest with ${formatSize(memory)} of memory: it needs ${formatSize(LEAST_MEMORY)}`,
    { kind: 'usage', code: 'MEMORY_TOO_SMALL', hint: 'Give more, such as --mem 512M.' },
  );
}

function checkJobdir(path: string): string {
  return checkAccess(
    path,
    constants.R_OK | constants.X_OK,
    'the job directory',
    'JOBDIR_UNREADABLE',
  );
}

function checkBundle(path: string): string {
  return checkAccess(path, constants.R_OK, 'the changes bundle', 'BUNDLE_UNREADABLE');
}

function checkAccess(
  path: string,
  mode: number,
  what: string,
  code: 'JOBDIR_UNREADABLE' | 'BUNDLE_UNREADABLE',
): string {
  try {
    accessSync(path, mode);
    return resolve(path);
  } catch (cause) {
    const missing = errnoOf(cause) === 'ENOENT';
    throw new LaunchError(
      `Cannot read ${what} "${path}": ${missing ? 'no such file or directory' : errnoOf(cause)}`,
      { kind: missing ? 'missing' : 'conflict', code, cause },
    );
  }
}
