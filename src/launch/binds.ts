/**
 * Host directories that the guest sees beside its job directory.
 *
 * @module
 */

import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { type Bind, type Confinement, LaunchError } from './launch.ts';

/**
 * Reads `HOST`, `HOST:GUEST` or `HOST:GUEST:ro`; without GUEST the path is the same in the guest.
 *
 * @throws {LaunchError} `BIND_MALFORMED`, `BIND_UNUSABLE`
 */
export function parseBind(text: string): Bind {
  const [host = '', guest, mode = 'rw', ...rest] = text.split(':');
  if (host === '' || rest.length > 0 || !['ro', 'rw'].includes(mode)) {
    throw malformed(text, 'it is not of the form HOST:GUEST or HOST:GUEST:ro');
  }
  const path = resolve(host);
  const target = posix.normalize(guest ?? path).replace(/(?<=.)\/$/, '');
  const fault = findFault(target);
  if (fault !== undefined) throw malformed(text, `"${target}" ${fault}`);
  checkHost(path);
  return { host: path, guest: target, isReadOnly: mode === 'ro' };
}

/** Places of the guest that are its kernel's or ours. */
const TAKEN = ['/dev', '/proc', '/run/apppot', '/sys', '/home/user/scratch'];

function findFault(guest: string): string | undefined {
  if (!guest.startsWith('/')) return 'is no absolute path';
  if (guest === '/') return 'is the whole guest';
  const taken = TAKEN.find((place) => isWithin(guest, place));
  return taken === undefined ? undefined : `is in ${taken}, which the guest needs itself`;
}

function checkHost(path: string): void {
  try {
    accessSync(path, constants.R_OK | constants.X_OK);
  } catch (cause) {
    const isMissing = errnoOf(cause) === 'ENOENT' || errnoOf(cause) === 'ENOTDIR';
    throw unusable(path, explain(cause), isMissing ? 'missing' : 'conflict');
  }
  if (!statSync(path).isDirectory()) throw unusable(path, 'it is no directory', 'conflict');
}

/**
 * Refuses what could not be kept: two directories at one place, and one for reading only within one
 * that the guest may write to, where the sandbox cannot tell them apart.
 *
 * @throws {LaunchError} `BIND_CONFLICT`
 */
export function checkBinds(
  binds: readonly Bind[],
  jobdir: string | undefined,
  { kind }: Confinement,
): void {
  const writable = binds.filter(({ isReadOnly }) => !isReadOnly).map(({ host }) => host);
  if (jobdir !== undefined) writable.push(jobdir);
  for (const [i, { host, guest, isReadOnly }] of binds.entries()) {
    const other = binds.slice(0, i).find((earlier) => earlier.guest === guest);
    if (other !== undefined) {
      throw conflict(host, `"${other.host}" is bound to "${guest}" already`);
    }
    const within = isReadOnly ? writable.find((path) => isShared(host, path, kind)) : undefined;
    if (within !== undefined) {
      throw conflict(host, `the guest may write to it by way of "${within}"`);
    }
  }
}

/** Bwrap guards a directory within another one, too. */
function isShared(host: string, writable: string, kind: Confinement['kind']): boolean {
  const [inner, outer] = [realpathSync(host), realpathSync(writable)];
  return kind === 'bwrap' ? inner === outer : isWithin(inner, outer);
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}

function malformed(text: string, reason: string): LaunchError {
  return new LaunchError(`Cannot bind "${text}": ${reason}`, {
    kind: 'usage',
    code: 'BIND_MALFORMED',
    hint: 'Write --bind HOST:GUEST, such as --bind /data:/data:ro.',
  });
}

function unusable(path: string, reason: string, kind: 'missing' | 'conflict'): LaunchError {
  return new LaunchError(`Cannot bind the directory "${path}": ${reason}`, {
    kind,
    code: 'BIND_UNUSABLE',
    hint: 'Name a directory that you may read.',
  });
}

function conflict(host: string, reason: string): LaunchError {
  return new LaunchError(`Cannot bind the directory "${host}": ${reason}`, {
    kind: 'conflict',
    code: 'BIND_CONFLICT',
    hint: 'Bind another directory, or drop one of the two.',
  });
}
