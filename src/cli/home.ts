import { homedir } from 'node:os';
import type { Deps } from './deps.ts';

/** The caller's home; `/` for numbers that no account has, as batch systems run some jobs. */
export function homeOf(env: Deps['env']): string {
  if (env.HOME) return env.HOME;
  try {
    return homedir();
  } catch {
    return '/';
  }
}
