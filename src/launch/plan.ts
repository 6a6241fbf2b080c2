import { accessSync, constants, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Seconds } from '../base/clock.ts';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import type { Bytes } from '../base/units.ts';
import { checkRebase } from './backing.ts';
import { checkBinds, parseBind } from './binds.ts';
import { chooseKernel } from './choose.ts';
import { chooseDisk, type DiskChoice } from './disk.ts';
import { type Caller, type Confinement, LaunchError, type StartPlan } from './launch.ts';
import { checkLocks } from './locked.ts';
import { chooseNetworks, type NetworkRequest } from './net/choose.ts';
import { type ConfinementWish, chooseConfinement } from './sandbox.ts';
import { checkTemporary, chooseSpace } from './space.ts';
import { instancePaths, isPlain } from './words.ts';

/** What the user asks for; what is left out is found or has a default. */
export interface StartRequest {
  readonly name: string;
  /** An image, a COW file that names its image, or the two as `COW:IMAGE` or `COW,IMAGE`. */
  readonly image: string;
  readonly cow?: string;
  /** Lets a COW file follow its base image to another place or time, if that is proven the same. */
  readonly rebaseCow?: boolean;
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

const GRACE: Seconds = 8;

/**
 * Decides everything about a start, and finds what is wrong with it before anything is started.
 *
 * @throws {LaunchError}
 */
export async function planStart(request: StartRequest, around: Surroundings): Promise<StartPlan> {
  const choice = await planDisk(request);
  const { path, caller } = around;
  const kernel = chooseKernel(request.kernel, path);
  const confinement = await chooseConfinement(request.confine ?? 'auto', caller.uid, path);
  const temporary = chooseTemporary(around, request.name);
  checkTemporary(resolve(around.temporary));
  return {
    name: checkName(request.name),
    kernel,
    ...choice,
    ...(await chooseNetworks(request.network ?? {}, kernel, path)),
    confinement,
    temporary,
    ...chooseSpace(request, choice, confinement, dirname(temporary), path),
    ...planShares(request, confinement),
    ...(request.changes === undefined ? {} : { changes: checkBundle(request.changes) }),
    command: request.command,
    environment: request.environment ?? {},
    caller,
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

async function planDisk({ image, cow, rebaseCow }: StartRequest): Promise<DiskChoice> {
  const choice = chooseDisk(image, cow, rebaseCow);
  if (rebaseCow) await checkRebase(choice.disk, choice.image);
  checkLocks(choice.disk, choice.image);
  return choice;
}

function planShares(
  { jobdir, binds = [] }: StartRequest,
  confinement: Confinement,
): Pick<StartPlan, 'jobdir' | 'binds'> {
  const job = jobdir === undefined ? undefined : checkJobdir(jobdir);
  const parsed = binds.map(parseBind);
  checkBinds(parsed, job, confinement);
  return { binds: parsed, ...(job !== undefined && { jobdir: job }) };
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
    return realpathSync(path);
  } catch (cause) {
    const missing = errnoOf(cause) === 'ENOENT';
    throw new LaunchError(`Cannot read ${what} "${path}": ${explain(cause)}`, {
      kind: missing ? 'missing' : 'conflict',
      code,
      cause,
    });
  }
}
