import { Command } from 'commander';
import { VERSION } from '../base/version.ts';
import type { Deps } from './deps.ts';
import { exitStatus, isCommanderError } from './exit.ts';
import { dressHelp, pathOf, writtenAs } from './help.ts';
import { usageError } from './usage.ts';

export type Frame = Pick<Deps, 'output' | 'program' | 'setStatus'>;

export type Load<D extends Frame> = (deps: D) => Promise<Command>;

/**
 * Runs a command line over the commands that are loaded; failures are printed, and become the status.
 *
 * @param guest Whether the status is otherwise a guest command's.
 * @param prepare Sees the command that was asked for before it runs.
 */
export async function runProgram<D extends Frame>(
  loaders: readonly Load<D>[],
  argv: readonly string[],
  deps: D,
  guest: boolean,
  prepare: (command: Command) => Promise<void> = async () => undefined,
): Promise<void> {
  try {
    const program = await loadProgram(loaders, deps);
    program.hook('preAction', (_, command) => prepare(command));
    await program.parseAsync(asHelpOption(argv, program), { from: 'user' });
  } catch (error) {
    if (!isCommanderError(error)) deps.output().failure(error);
    deps.setStatus(exitStatus(error, guest));
  }
}

/** The tree of commands. */
export async function loadProgram<D extends Frame>(
  loaders: readonly Load<D>[],
  deps: D,
): Promise<Command> {
  const program = new Command('apppot')
    .description('virtual compute nodes out of ordinary processes')
    .version(VERSION, '-V, --version', 'print the version')
    .enablePositionalOptions();
  for (const load of loaders) {
    program.addCommand((await load(deps)).version(VERSION, '-V, --version', 'print the version'));
  }
  dress(program, deps);
  program.helpCommand('help [command...]', 'explain a command');
  return program;
}

/** Commander prints through us, and throws instead of ending the process. */
function dress(command: Command, deps: Frame): void {
  const written = writtenAs(pathOf(command), deps.program);
  dressHelp(command, deps.program);
  command.helpOption('-h, --help', 'explain the command').helpCommand(false);
  command.exitOverride().configureOutput({
    writeOut: (text) => deps.output().result(text, text.trimEnd()),
    writeErr: (text) => deps.output().note(text.trimEnd()),
    outputError: (text) => deps.output().failure(usageError(text, written)),
  });
  for (const child of command.commands) dress(child, deps);
}

/** `help image build` is `image build --help`; of a word that is no command, commander complains. */
function asHelpOption(argv: readonly string[], program: Command): string[] {
  const [first, ...words] = argv;
  if (first !== 'help') return [...argv];
  let command = program;
  for (const word of words) {
    const child = command.commands.find((one) => one.name() === word);
    if (child === undefined) return words.slice();
    command = child;
  }
  return [...words, '--help'];
}
