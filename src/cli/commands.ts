import type { Deps } from './deps.ts';
import type { Load } from './program.ts';

/** Each command's code and libraries are loaded when it is asked for. */
export const COMMANDS: Readonly<Record<string, Load<Deps>>> = {
  image: async (deps) => (await import('./image.ts')).imageCommand(deps),
  snap: async (deps) => (await import('./snap.ts')).snapCommand(deps),
  start: async (deps) => (await import('./start.ts')).startCommand(deps),
};

/** Commands whose exit status is a guest command's. */
export const GUEST_COMMANDS: ReadonlySet<string> = new Set(['start']);
