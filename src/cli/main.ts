import { COMMANDS, GUEST_COMMANDS } from './commands.ts';
import type { Deps } from './deps.ts';
import { type Load, runProgram } from './program.ts';
import { useSettings } from './settings/use.ts';

/**
 * Runs one command line of `apppot`; failures are printed, and become the exit status.
 *
 * @param argv The words after the program's name.
 * @returns never rejects; the status goes to {@link Deps.setStatus}.
 */
export async function main(argv: readonly string[], deps: Deps): Promise<void> {
  const name = argv[argv[0] === 'help' ? 1 : 0] ?? '';
  const isGuest = [name, `${name} ${argv[1]}`].some((path) => GUEST_COMMANDS.has(path));
  await runProgram(loadersFor(name), argv, deps, isGuest, (command) =>
    useSettings(command, Object.keys(COMMANDS), deps),
  );
}

function loadersFor(name: string): readonly Load<Deps>[] {
  const load = COMMANDS[name];
  if (load !== undefined) return [load];
  return name === '-V' || name === '--version' ? [] : Object.values(COMMANDS);
}
