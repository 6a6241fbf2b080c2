import { readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { SettingSpec } from './settings.ts';

/** Where a settings file is. */
export interface Place {
  readonly directory: string;
  readonly home: string;
}

/**
 * A path in a settings file means the same wherever a command is started.
 *
 * @param path What the value is; undefined: no path.
 */
export function resolveValue(
  value: string,
  path: SettingSpec['path'],
  { directory, home }: Place,
): string {
  if (path === undefined) return value;
  if (path === 'program' && !value.includes('/')) return value;
  // COW:IMAGE and COW,IMAGE are two paths, HOST:GUEST is one that begins with a path.
  return value.replace(/^[^:,]+|(?<=[:,])\.\.?\/[^:,]*/g, (part) =>
    part.startsWith('~/') ? join(home, part.slice(2)) : resolve(directory, part),
  );
}

/**
 * What a project's file must not say. It may come from somebody else, in a repository: it says how the project's own
 * guests run, and widens nothing that a guest can reach.
 *
 * @returns undefined when the value may be taken.
 */
export function projectProblem(spec: SettingSpec, value: string, place: Place): string | undefined {
  if (spec.isOwn === true) return 'only in your own settings, or on the command line';
  if (spec.isMapping === true && !value.includes('=')) {
    return 'expected NAME=VALUE: a project does not ask for your variables';
  }
  if (spec.path === undefined) return undefined;
  const parts = resolveValue(value, spec.path, place).split(/[:,]/);
  const isFine = (part: string): boolean =>
    isInside(part, place.directory) || (spec.path === 'image' && isPublic(part));
  if (parts.every(isFine)) return undefined;
  const more = spec.path === 'image' ? ", or a file of root's that everybody may read" : '';
  return `expected a path inside of the project's directory${more}`;
}

/** Names of programs are inside of nothing, and found in PATH. */
function isInside(path: string, directory: string): boolean {
  return !path.startsWith('/') || !relative(real(directory), real(path)).startsWith('..');
}

function isPublic(path: string): boolean {
  try {
    const { uid, mode } = statSync(path);
    return uid === 0 && (mode & 0o004) !== 0;
  } catch {
    return false;
  }
}

/** Without links, also where the last of them leads to nothing. */
function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    if (path === '/') return path;
    const place = join(real(dirname(path)), basename(path));
    return resolve(dirname(place), target(place) ?? place);
  }
}

function target(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
