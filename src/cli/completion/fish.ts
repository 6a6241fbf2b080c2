import {
  type ArgumentView,
  type CommandView,
  flatten,
  type OptionView,
  type Values,
} from '../view.ts';

/** The rules that follow the functions of `completion/fish`. */
export function fishRules(tree: CommandView, recipes: readonly string[]): string {
  const commands = flatten(tree);
  return [
    `set -g __apppot_commands ${words(commands.map(({ path }) => path).filter(Boolean))}`,
    `set -g __apppot_valued ${words(commands.flatMap(valued))}`,
    `set -g __apppot_recipes ${words(recipes)}`,
    'for program in apppot apppot-start apppot-snap',
    '    complete -c $program -e',
    '    complete -c $program -f',
    ...commands.flatMap(rules).map((rule) => `    complete -c $program ${rule}`),
    'end',
  ].join('\n');
}

function valued({ path, options }: CommandView): string[] {
  return options
    .filter(({ value }) => value !== undefined)
    .flatMap(({ short, long }) => [short, long])
    .filter((name) => name !== undefined)
    .map((name) => `${path} ${name}`);
}

function rules(view: CommandView): string[] {
  const { path, commands, options, arguments: all, runsCommand } = view;
  const at = (count: string): string => `-n ${quote(`__apppot_at ${quote(path)} ${count}`.trim())}`;
  return [
    ...commands.map(
      (one) =>
        `${at('0')} -a ${quote(one.path.split(' ').at(-1) ?? '')} -d ${quote(one.description)}`,
    ),
    ...options.map((option) => `${at(runsCommand ? '0' : '')} ${optionRule(option)}`),
    ...all.map(
      (one, i) => `${at(one.isVariadic ? `${i}+` : String(i))} ${argumentRule(one, runsCommand)}`,
    ),
  ];
}

function optionRule({ short, long, value, description, values }: OptionView): string {
  const names = [long.replace('--', '-l '), short?.replace('-', '-s ')].filter(Boolean).join(' ');
  const wants = value === undefined ? '' : ` -r ${valueRule(values)}`;
  return `${names}${wants} -d ${quote(description)}`;
}

function argumentRule({ isVariadic, values }: ArgumentView, runsCommand: boolean): string {
  if (isVariadic && runsCommand) return `-F -a '(__apppot_command)'`;
  return valueRule(values);
}

function valueRule(values: Values): string {
  if (typeof values !== 'string') return `-f -a ${quote(values.join(' '))}`;
  const parts = {
    any: '-f',
    file: '-F',
    program: '-F',
    directory: `-f -a '(__fish_complete_directories)'`,
    guest: `-f -a '(__apppot_guests)'`,
    recipe: `-F -a '$__apppot_recipes'`,
  };
  return parts[values];
}

function words(all: readonly string[]): string {
  return all.map(quote).join(' ');
}

function quote(text: string): string {
  return `'${text.replaceAll(/[\\']/g, '\\$&')}'`;
}
