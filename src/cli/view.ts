import type { Argument, Command, Option } from 'commander';
import { describeOption, pathOf } from './help.ts';

/** The tree of commands as plain data: what completion, manual pages and settings are made from. */
export interface CommandView {
  /** `image build`; empty for the program itself. */
  readonly path: string;
  readonly description: string;
  readonly usage: string;
  readonly arguments: readonly ArgumentView[];
  readonly options: readonly OptionView[];
  readonly commands: readonly CommandView[];
  /** Whether options end at the first argument: what follows is a command line of its own. */
  readonly runsCommand: boolean;
}

export interface ArgumentView {
  readonly name: string;
  readonly description: string;
  readonly isVariadic: boolean;
  readonly values: Values;
}

export interface OptionView {
  readonly short?: string;
  /** With its dashes. */
  readonly long: string;
  /** `<file>` as in the help; missing when the option takes no value. */
  readonly value?: string;
  readonly description: string;
  readonly isRepeatable: boolean;
  readonly values: Values;
}

/** What may stand for a value: `any` thing that nobody can guess, or one of the choices. */
export type Values =
  | 'any'
  | 'program'
  | 'file'
  | 'directory'
  | 'guest'
  | 'recipe'
  | readonly string[];

export function viewCommand(command: Command): CommandView {
  const own = command.registeredArguments.map(viewArgument);
  return {
    path: pathOf(command),
    description: command.description(),
    usage: command.usage(),
    arguments: own,
    options: command
      .createHelp()
      .visibleOptions(command)
      .filter(({ long }) => long !== undefined)
      .map(viewOption),
    commands: command.commands.map(viewCommand),
    runsCommand: own.some(({ name, isVariadic }) => isVariadic && name === 'command'),
  };
}

/** The command and all below it. */
export function flatten(view: CommandView): readonly CommandView[] {
  return [view, ...view.commands.flatMap(flatten)];
}

function viewArgument(argument: Argument): ArgumentView {
  return {
    name: argument.name(),
    description: describeOption(argument),
    isVariadic: argument.variadic,
    // An argument that is a name is a guest's.
    values: argument.argChoices ?? valuesOf(argument.name().replace(/^name$/, 'guest')),
  };
}

export function viewOption(option: Option): OptionView {
  const [value] = /[<[].*[>\]]$/.exec(option.flags) ?? [];
  return {
    ...(option.short !== undefined && { short: option.short }),
    long: option.long ?? '',
    ...(value !== undefined && { value }),
    description: describeOption(option),
    isRepeatable: Array.isArray(option.defaultValue) || option.variadic,
    values: option.argChoices ?? valuesOf((value ?? '').replace(/[<>[\].]/g, '')),
  };
}

/** What a placeholder in the help stands for. A word that is not listed stands for anything. */
const PLACEHOLDERS: Readonly<Record<string, Values>> = {
  ...all('program', ['program']),
  ...all('file', ['path', 'file', 'image', 'bundle', 'manifest', 'tree', 'base', 'cow', 'script']),
  ...all('directory', ['dir', 'directory', 'host:guest:ro']),
  ...all('guest', ['guest']),
  ...all('recipe', ['recipe']),
  network: ['auto', 'slirp4netns', 'slirp', 'none', 'mcast', 'switch:', 'tap:'],
};

function all(values: Values, words: readonly string[]): Record<string, Values> {
  return Object.fromEntries(words.map((word) => [word, values]));
}

function valuesOf(placeholder: string): Values {
  return PLACEHOLDERS[placeholder] ?? 'any';
}
