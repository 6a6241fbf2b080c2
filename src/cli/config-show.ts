import type { Command, Option } from 'commander';
import { AppPotError } from '../base/errors.ts';
import type { Setting } from '../config/settings.ts';
import type { SettingsFile } from '../config/settings-files.ts';
import type { Deps } from './deps.ts';
import { pathOf } from './help.ts';
import { applySettings } from './settings/apply.ts';
import { loadSettings } from './settings/load.ts';
import { settableOptions, settingName } from './settings/spec.ts';

interface Flags {
  readonly all?: boolean;
  readonly json?: boolean;
}

/** @throws {ConfigError} @throws {AppPotError} `COMMAND_UNKNOWN` */
export async function configShow(
  words: readonly string[],
  { all = false, json }: Flags,
  deps: Deps,
  program: Command,
): Promise<void> {
  const top = find(program, words);
  const { files, settings } = await loadSettings(program, [], deps.env);
  const shown = below(top).flatMap((command) => [
    ...applySettings(command, settings),
    ...(all ? defaultsOf(command) : []),
  ]);
  deps.output(json).result({ files, settings: shown }, render(files, shown));
}

function below(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(below)];
}

/** After the settings are applied: the options that nothing was said of. */
function defaultsOf(command: Command): Setting[] {
  return settableOptions(command)
    .filter((option) => isDefault(command, option))
    .map((option) => ({
      command: pathOf(command),
      name: settingName(option),
      value: defaultOf(option),
      from: 'default',
    }));
}

function isDefault(command: Command, option: Option): boolean {
  const source = command.getOptionValueSource(option.attributeName());
  return source === undefined || source === 'default';
}

function defaultOf({ defaultValue, negate }: Option): Setting['value'] {
  if (typeof defaultValue === 'boolean') return defaultValue;
  if (defaultValue === undefined) return negate ? true : [];
  return Array.isArray(defaultValue) ? defaultValue.map(String) : [String(defaultValue)];
}

function render(files: readonly SettingsFile[], settings: readonly Setting[]): string {
  const rows = settings.map(({ command, name, value, from }) => [
    `${command}: ${name}`,
    typeof value === 'boolean' ? String(value) : value.join(', ') || '-',
    from,
  ]);
  const widths = [0, 1].map((i) => Math.max(0, ...rows.map((row) => row[i]?.length ?? 0)));
  return [
    ...files.map(
      ({ path, isThere, distrust }) =>
        `${path}: ${isThere ? (distrust === undefined ? 'used' : `not used: ${distrust}`) : 'not there'}`,
    ),
    ...(rows.length > 0 ? [''] : []),
    ...rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')),
  ].join('\n');
}

function find(program: Command, words: readonly string[]): Command {
  return words.reduce((command, word) => {
    const child = command.commands.find((one) => one.name() === word);
    if (child !== undefined) return child;
    throw new AppPotError(`Cannot show the settings of "${words.join(' ')}": no such command`, {
      kind: 'usage',
      code: 'COMMAND_UNKNOWN',
      hint: 'Name a command as on the command line: apppot config show image build',
    });
  }, program);
}
