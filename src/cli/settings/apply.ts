import type { Command, Option } from 'commander';
import type { Setting } from '../../config/settings.ts';
import { pathOf } from '../help.ts';
import { isMapping, settableOptions, settingName } from './spec.ts';

/**
 * Gives the options that the command line left out what the environment or a settings file says.
 *
 * @param settings The weakest first; a stronger one replaces a weaker one, but variables add up by name.
 * @returns the settings that count.
 */
export function applySettings(command: Command, settings: readonly Setting[]): readonly Setting[] {
  const path = pathOf(command);
  return settableOptions(command).flatMap((option) => {
    const own = settings.filter(
      ({ command: of, name }) => of === path && name === settingName(option),
    );
    const counting = isMapping(option) ? own : own.slice(-1);
    return counting.length > 0 && set(command, option, counting) ? counting : [];
  });
}

function set(command: Command, option: Option, counting: readonly Setting[]): boolean {
  const key = option.attributeName();
  const isGiven = command.getOptionValueSource(key) === 'cli';
  if ((isGiven && !isMapping(option)) || isExcluded(command, option)) return false;
  const found = counting.map(({ value }) => value).reduce(joined);
  const value = typeof found === 'boolean' ? found : parse(option, found);
  const given: unknown = command.getOptionValue(key);
  const all =
    isGiven && Array.isArray(value) && Array.isArray(given) ? [...value, ...given] : value;
  command.setOptionValueWithSource(key, all, isGiven ? 'cli' : 'config');
  return true;
}

function joined(below: Setting['value'], above: Setting['value']): Setting['value'] {
  return typeof below === 'boolean' || typeof above === 'boolean' ? above : [...below, ...above];
}

function parse(option: Option, words: readonly string[]): unknown {
  const { parseArg, defaultValue } = option;
  if (!isList(option)) return parseArg ? parseArg(words[0] ?? '', defaultValue) : words[0];
  return parseArg === undefined
    ? words
    : words.reduce((before: unknown, word) => parseArg(word, before), defaultValue);
}

/** Whether the command line has an option that this one must not stand beside. */
function isExcluded(command: Command, option: Option): boolean {
  return command.options
    .filter((other) => command.getOptionValueSource(other.attributeName()) === 'cli')
    .some(
      (other) =>
        conflictsOf(other).includes(option.attributeName()) ||
        conflictsOf(option).includes(other.attributeName()),
    );
}

function conflictsOf(option: Option): readonly string[] {
  return (option as { conflictsWith?: readonly string[] }).conflictsWith ?? [];
}

function isList(option: Option): boolean {
  return option.variadic || Array.isArray(option.defaultValue);
}
