import {
  type ArgumentView,
  type CommandView,
  flatten,
  type OptionView,
  type Values,
} from '../view.ts';
import { quote, renderCase } from './shell.ts';

/** One function for each command, called by `completion/zsh`. */
export function zshFunctions(tree: CommandView, recipes: readonly string[]): string {
  return [
    ...flatten(tree).map((view) => (view.commands.length > 0 ? group(view) : leaf(view))),
    `_apppot_recipes() {\n  compadd ${recipes.map(quote).join(' ')}\n  _files -g '*.(yaml|yml)(-.)'\n}`,
  ].join('\n\n');
}

function group(view: CommandView): string {
  const names = view.commands.map(({ path, description }) =>
    quote(`${lastOf(path)}:${description}`),
  );
  const calls = view.commands.map(({ path }): [string, string] => [lastOf(path), nameOf(path)]);
  return `${nameOf(view.path)}() {
  local context state state_descr line curcontext=$curcontext
  typeset -A opt_args
  _arguments -C -S${lines(view.options.map(optionSpec))}${lines(["'1: :->command'", "'*:: :->words'"])}
  case $state in
  command)
    local -a commands=(${names.map((name) => `\n      ${name}`).join('')}
    )
    _describe -t commands command commands
    ;;
  words)
${renderCase('$line[1]', calls).replaceAll(/^/gm, '  ')}
    ;;
  esac
}`;
}

function leaf({ path, options, arguments: all, runsCommand }: CommandView): string {
  const words = all.map((one, i) => argumentSpec(one, i, runsCommand));
  const stop = runsCommand ? " -A '-*'" : '';
  return `${nameOf(path)}() {\n  _arguments -s -S${stop}${lines([...options.map(optionSpec), ...words])}\n}`;
}

function optionSpec({ short, long, value, description, isRepeatable, values }: OptionView): string {
  const name = value === undefined ? long : `${long}=`;
  const explained = `[${description.replaceAll(/[[\]\\]/g, '\\$&')}]`;
  const action = value === undefined ? '' : `:${plain(value)}:${actionOf(values)}`;
  if (isRepeatable || short === undefined) {
    const names = [short, name].filter((one) => one !== undefined);
    const star = isRepeatable ? '*' : '';
    return names.map((one) => quote(`${star}${one}${explained}${action}`)).join(' ');
  }
  return `${quote(`(${short} ${long})`)}{${short},${name}}${quote(explained + action)}`;
}

function argumentSpec({ name, isVariadic, values }: ArgumentView, i: number, runsCommand: boolean) {
  if (isVariadic && runsCommand) return quote('*::command:_normal');
  return quote(`${isVariadic ? '*' : i + 1}:${name}:${actionOf(values)}`);
}

function actionOf(values: Values): string {
  if (typeof values !== 'string') return `(${values.join(' ').replaceAll(':', '\\:')})`;
  const actions = {
    any: ' ',
    file: '_files',
    program: '_files',
    directory: '_files -/',
    guest: '_apppot_guests',
    recipe: '_apppot_recipes',
  };
  return actions[values];
}

function plain(placeholder: string): string {
  return placeholder.replaceAll(/[<>[\]:.]/g, '');
}

function nameOf(path: string): string {
  return `_apppot_at_${path.replaceAll(/\W/g, '_')}`;
}

function lastOf(path: string): string {
  return path.split(' ').at(-1) ?? '';
}

function lines(words: readonly string[]): string {
  return words.map((word) => ` \\\n    ${word}`).join('');
}
