import type { Command, Option } from 'commander';
import { AppPotError } from '../../base/errors.ts';
import type { SectionSpec, SettingSpec } from '../../config/settings.ts';
import { type OptionView, viewOption } from '../view.ts';

/** Options that say what one call is for: they have no default. */
const OF_ONE_CALL: ReadonlySet<string> = new Set([
  ...['help', 'version', 'dry-run', 'print-script'],
  ...['once', 'max-cycles', 'arm', 'force', 'for', 'release'],
]);

/** Options that widen what a guest can reach, run something, or leave out a check. */
const OF_THE_USER: ReadonlySet<string> = new Set([
  'allow-unexplained',
  'any-base',
  'attach',
  'bind',
  'confine',
  'extra',
  'head',
  'host-loopback',
  'hosts',
  'link',
  'listen',
  'net',
  'publish',
  'rsh',
  'secret',
  'switch-secret',
  'ca-dir',
  'cert',
  'key',
  'proxy',
  'to',
  'token-file',
  'unconfined',
  'via',
]);

/** What a settings file may say of a command and those below it. */
export function sectionSpec(command: Command): SectionSpec {
  return {
    settings: settableOptions(command).map(settingSpec),
    sections: Object.fromEntries(
      command.commands.map((child) => [child.name(), sectionSpec(child)]),
    ),
  };
}

export function settableOptions(command: Command): readonly Option[] {
  return command.options.filter(
    (option) =>
      option.long !== undefined &&
      !option.hidden &&
      !option.mandatory &&
      !OF_ONE_CALL.has(option.name()),
  );
}

/** How a settings file names an option: `--no-cache` is `cache: false`. */
export function settingName(option: Option): string {
  return option.negate ? option.name().replace(/^no-/, '') : option.name();
}

/** Whether it takes `NAME=VALUE`, any number of them. */
export function isMapping(option: Option): boolean {
  return option.flags.endsWith('<name=value>');
}

function settingSpec(option: Option): SettingSpec {
  const view = viewOption(option);
  const path = pathOf(view);
  return {
    name: settingName(option),
    kind: view.value === undefined ? 'switch' : view.isRepeatable ? 'list' : 'value',
    isMapping: isMapping(option),
    isOwn: OF_THE_USER.has(option.name()),
    ...(option.argChoices !== undefined && { choices: option.argChoices }),
    ...(path !== undefined && { path }),
    check: (text) => problemOf(option, text),
  };
}

function pathOf({ long, value, values }: OptionView): SettingSpec['path'] {
  if (long === '--image' || long === '--changes') return 'image';
  if (value === '<program>') return 'program';
  return values === 'file' || values === 'directory' ? 'file' : undefined;
}

function problemOf({ parseArg, defaultValue }: Option, text: string): string | undefined {
  try {
    parseArg?.(text, defaultValue);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppPotError)) throw error;
    return error.message.replace(/^.*": /, '');
  }
}
