import type { Person } from './guest-run.ts';
import { USER_ID } from './guest-run.ts';

/**
 * The words that run a program among mounts of its own, made by shell commands, and as that person;
 * only root can do so. What is mounted goes with the program.
 */
export function among(mounts: string, as: Person, argv: readonly string[]): string[] {
  const identity =
    as === 'root' ? [] : ['setpriv', `--reuid=${USER_ID}`, `--regid=${USER_ID}`, '--clear-groups'];
  return ['unshare', '-m', 'sh', '-c', `${mounts}\nexec "$@"`, 'sh', ...identity, ...argv];
}
