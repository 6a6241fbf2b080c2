import { Command } from 'commander';
import { VERSION } from '../base/version.ts';
import type { Deps } from './deps.ts';
import { exitStatus, isCommanderError } from './exit.ts';

type Load = (deps: Deps) => Promise<Command>;

/** Each command's code and libraries are loaded when it is asked for. */
const COMMANDS: Readonly<Record<string, Load>> = {
  image: async (deps) => (await import('./image.ts')).imageCommand(deps),
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
  const guest = GUEST_COMMANDS.has(name);
  try {
    const program = new Command('apppot')
      .description('virtual compute nodes out of ordinary processes')
      .version(VERSION, '-V, --version')
      .enablePositionalOptions();
    const loaders = load === undefined ? Object.values(COMMANDS) : [load];
    for (const loader of loaders) program.addCommand(await loader(deps));
    for (const command of [program, ...program.commands]) quiet(command, deps);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!isCommanderError(error)) deps.output().failure(error);
    deps.setStatus(exitStatus(error, guest));
  }
}

/** Commander prints through us, and throws instead of ending the process. */
function quiet(command: Command, deps: Deps): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => deps.output().result(text, text.trimEnd()),
    writeErr: (text) => deps.output().note(text.trimEnd()),
  });
  for (const child of command.commands) quiet(child, deps);
}
