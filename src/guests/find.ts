import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { closest } from '../base/suggest.ts';
import { clear, deathOf, instances } from '../launch/leftovers.ts';
import { type InstancePaths, instancePaths } from '../launch/words.ts';
import { GuestError } from './errors.ts';

/**
 * The instance of that name, in whatever condition.
 *
 * @param parents Directories of instances.
 * @throws {GuestError} `GUEST_UNKNOWN`
 */
export function findGuest(parents: readonly string[], name: string): InstancePaths {
  const found = parents
    .map((parent) => instancePaths(`${parent}/${name}`))
    .find(({ directory }) => isName(name) && existsSync(directory));
  if (found !== undefined) return found;
  const meant = closest(name, guestNames(parents));
  throw new GuestError(`Cannot find the guest "${name}": you have none of this name`, {
    kind: 'missing',
    code: 'GUEST_UNKNOWN',
    hint: `${meant === undefined ? '' : `Did you mean "${meant}"? `}List them all: apppot ps`,
  });
}

/** As {@link findGuest}; leftovers of a dead one are removed. @throws {GuestError} `GUEST_DEAD` too. */
export function findLiving(parents: readonly string[], name: string): InstancePaths {
  const paths = findGuest(parents, name);
  const death = deathOf(paths);
  if (death === undefined) return paths;
  clear(paths);
  throw new GuestError(`Cannot reach the guest "${name}": ${death}; its leftovers are removed`, {
    kind: 'missing',
    code: 'GUEST_DEAD',
    hint: 'Start it again.',
  });
}

export function guestNames(parents: readonly string[]): string[] {
  return parents.flatMap((parent) => instances(parent).map(nameOf)).toSorted();
}

export function nameOf({ directory }: InstancePaths): string {
  return basename(directory);
}

function isName(name: string): boolean {
  return name !== '' && !name.startsWith('.') && !name.includes('/');
}
