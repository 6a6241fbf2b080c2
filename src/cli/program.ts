import { Command } from 'commander';
import { VERSION } from '../base/version.ts';
import type { Deps } from './deps.ts';
import { exitStatus, isCommanderError } from './exit.ts';

type Frame = Pick<Deps, 'output' | 'setStatus'>;

export type Load<D extends Frame> = (deps: D) => Promise<Command>;

/**
 * Runs a command line over the commands that are loaded; failures are printed, and become the status.
 *
 * @param guest Whether the status is otherwise a guest command's.
 */
export async function runProgram<D extends Frame>(
  loaders: readonly Load<D>[],
  argv: readonly string[],
  deps: D,
  guest: boolean,
): Promise<void> {
  try {
    const program = new Command('apppot')
      .description('virtual compute nodes out of ordinary processes')
      .version(VERSION, '-V, --version')
      .enablePositionalOptions();
    for (const load of loaders) {
      program.addCommand((await load(deps)).version(VERSION, '-V, --version'));
    }
    for (const command of [program, ...program.commands]) quiet(command, deps);
    await program.parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (!isCommanderError(error)) deps.output().failure(error);
    deps.setStatus(exitStatus(error, guest));
  }
}

/** Commander prints through us, and throws instead of ending the process. */
function quiet(command: Command, deps: Frame): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => deps.output().result(text, text.trimEnd()),
    writeErr: (text) => deps.output().note(text.trimEnd()),
  });
  for (const child of command.commands) quiet(child, deps);
}
