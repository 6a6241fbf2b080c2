import type { Command } from 'commander';
import { pathOf, writtenAs } from './help.ts';
import { optionError } from './usage.ts';

/** Whether the user gave an option, by its long name. */
export type Has = (option: string) => boolean;

/** Says what is wrong about the options that were given, if anything is. */
export type Rule = (has: Has) => string | undefined;

/** An option that means nothing beside any of the others. */
export function apart(option: string, others: readonly string[], because: string): Rule {
  return (has) => {
    const found = others.filter(has).map((other) => `--${other}`);
    if (!has(option) || found.length === 0) return undefined;
    return `--${option} means nothing with ${found.join(' and ')}, ${because}`;
  };
}

/** An option that means nothing by itself. */
export function needs(option: string, isMet: (has: Has) => boolean, what: string): Rule {
  return (has) => (has(option) && !isMet(has) ? `--${option} needs ${what}` : undefined);
}

const EVERYWHERE: readonly Rule[] = [apart('quiet', ['verbose'], 'which is the opposite')];

/**
 * An option that would be passed over in silence is a mistake, and all of them are named at once.
 *
 * @param program What the user typed.
 * @throws {UsageError} `USAGE`
 */
export function checkOptions(command: Command, rules: readonly Rule[], program: string): void {
  const own = new Set(command.options.map((option) => option.long?.slice(2)));
  const given = new Set(
    [...command.options, ...(command.parent?.options ?? [])]
      .filter((option) => command.getOptionValueSourceWithGlobals(option.attributeName()) === 'cli')
      .map((option) => option.long?.slice(2) ?? ''),
  );
  const foreign = [...given]
    .filter((option) => !own.has(option))
    .map((option) => `--${option} means nothing to it`);
  const has: Has = (option) => given.has(option);
  const broken = [...EVERYWHERE, ...rules].flatMap((rule) => rule(has) ?? []);
  const faults = [...foreign, ...broken];
  if (faults.length > 0) throw optionError(faults, writtenAs(pathOf(command), program));
}
