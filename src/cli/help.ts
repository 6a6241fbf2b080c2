import type { Argument, Command, Option } from 'commander';
import { EXAMPLES } from './examples.ts';

/** `image build`; empty for the program itself. */
export function pathOf(command: Command): string {
  const { parent } = command;
  return parent === null ? '' : `${pathOf(parent)} ${command.name()}`.trim();
}

/**
 * How the user writes a command.
 *
 * @param program What the user typed: `apppot-snap` means the command `snap` of `apppot`.
 */
export function writtenAs(path: string, program: string): string {
  const full = `apppot ${path}`.trim();
  const own = program.replace('-', ' ');
  return full === own || full.startsWith(`${own} `) ? program + full.slice(own.length) : full;
}

/** Makes `--help` of a command tell what a newcomer needs, in the same way everywhere. */
export function dressHelp(command: Command, program: string): void {
  const path = pathOf(command);
  const examples = EXAMPLES[path] ?? [];
  command.configureHelp({
    commandUsage: (own) => `${writtenAs(pathOf(own), program)} ${own.usage()}`,
    optionDescription: describeOption,
    argumentDescription: describeOption,
    sortSubcommands: false,
  });
  if (examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`);
  }
}

/** The description with choices and default; a default that goes without saying is left out. */
export function describeOption(option: Option | Argument): string {
  const { argChoices, defaultValue, defaultValueDescription } = option;
  const isPlain =
    defaultValue === undefined ||
    typeof defaultValue === 'boolean' ||
    (Array.isArray(defaultValue) && defaultValue.length === 0);
  const facts = [
    ...(argChoices === undefined ? [] : [argChoices.join(', ')]),
    ...(isPlain ? [] : [`default: ${defaultValueDescription ?? String(defaultValue)}`]),
  ];
  return facts.length === 0 ? option.description : `${option.description} (${facts.join('; ')})`;
}
