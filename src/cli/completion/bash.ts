import { type CommandView, flatten, type Values } from '../view.ts';
import { quote, renderCase } from './shell.ts';

/** The tables that `completion/bash` looks things up in. */
export function bashTables(tree: CommandView, recipes: readonly string[]): string {
  const commands = flatten(tree);
  return [
    table(
      '_apppot_commands',
      '$1',
      commands.map(({ path, commands: below }) => [
        quote(path),
        below.map((one) => one.path.split(' ').at(-1)).join(' '),
      ]),
    ),
    table(
      '_apppot_options',
      '$1',
      commands.map(({ path, options }) => [
        quote(path),
        options.flatMap(({ short, long }) => [short, long].filter(Boolean)).join(' '),
      ]),
    ),
    table('_apppot_value', '$1 $2', commands.flatMap(optionRows)),
    table('_apppot_argument', '$1 $2', commands.flatMap(argumentRows)),
    `_apppot_recipes=${quote(recipes.join(' '))}`,
  ].join('\n\n');
}

/** A function that puts the row of its arguments into REPLY. */
function table(name: string, key: string, rows: readonly (readonly [string, string])[]): string {
  const found = rows
    .filter(([, value]) => value !== '')
    .map(([pattern, value]): [string, string] => [pattern, `REPLY=${quote(value)}`]);
  return `${name}() {\n${renderCase(key, [...found, ['*', "REPLY=''"]])}\n}`;
}

function optionRows({ path, options }: CommandView): [string, string][] {
  return options
    .filter(({ value }) => value !== undefined)
    .map(({ short, long, values }) => [
      [short, long]
        .filter((name) => name !== undefined)
        .map((name) => quote(`${path} ${name}`))
        .join(' | '),
      kindOf(values),
    ]);
}

function argumentRows({ path, runsCommand, arguments: all }: CommandView): [string, string][] {
  return all.map(({ isVariadic, values }, i) => [
    isVariadic ? `${quote(`${path} `)}*` : quote(`${path} ${i + 1}`),
    isVariadic && runsCommand ? 'command' : kindOf(values),
  ]);
}

function kindOf(values: Values): string {
  return typeof values === 'string' ? values : `choice ${values.join(' ')}`;
}
