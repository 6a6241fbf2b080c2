/**
 * Words that only a running script knows, and their stand-ins in a plan that is printed as a script.
 *
 * @module
 */

import { quote } from './shell.ts';

/** What stands in a plan for the value of a shell variable of the script. */
export const STAND_INS = {
  instance: '@INSTANCE@',
  name: '@NAME@',
  /** Not plain: an image gets a plain name in the instance's directory. */
  image: '@:IMAGE@',
  kernel: '@KERNEL@',
  root: '@ROOT@',
  sandbox: '@SANDBOX@',
  network: '@NETWORK@',
  jobdir: '@JOBDIR@',
  changes: '@CHANGES@',
} as const;

const VARIABLES: ReadonlyMap<string, string> = new Map(
  Object.entries(STAND_INS).map(([variable, standIn]) => [standIn, `"$${variable}"`]),
);

/** A word as a shell needs it, in which the running script's own values take their places. */
export function shellWord(word: string): string {
  return word
    .split(/(@:?[A-Z]+@)/)
    .map((part) => VARIABLES.get(part) ?? (part === '' ? '' : quote(part)))
    .join('');
}

/** The body of a function that becomes this program, in a session of its own. */
export function become(words: readonly string[]): string[] {
  return words.length === 0 ? [] : [`exec setsid ${words.map(shellWord).join(' ')}`];
}
