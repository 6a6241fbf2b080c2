import type { Deps } from './deps.ts';
import { type Load, runProgram } from './program.ts';

/** Each command's code and libraries are loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, Load<Deps>>> = {
  doctor: async (deps) => (await import('./doctor.ts')).doctorCommand(deps),
  image: async (deps) => (await import('./image.ts')).imageCommand(deps),
  snap: async (deps) => (await import('./snap.ts')).snapCommand(deps),
  start: async (deps) => (await import('./start.ts')).startCommand(deps),
};

/** Commands whose exit status is a guest command's. */
const GUEST_COMMANDS: ReadonlySet<string> = new Set(['start']);

/**
 * Runs one command line of `apppot`; failures are printed, and become the exit status.
 *
 * @param argv The words after the program's name.
 * @returns never rejects; the status goes to {@link Deps.setStatus}.
 */
export async function main(argv: readonly string[], deps: Deps): Promise<void> {
  const [name = ''] = argv;
  const load = COMMANDS[name];
  const loaders = load === undefined ? Object.values(COMMANDS) : [load];
  await runProgram(loaders, argv, deps, GUEST_COMMANDS.has(name));
}
