import type { Command, Option } from 'commander';

/**
 * What a text says of our programs, as in `see: apppot image ls --json | less`: each as its words.
 * Nothing is made of words in quotes but that they are one word.
 */
export function commandLines(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/(?<![\w./-])apppot(?:-start|-snap)?(?= |$)[^|;&<>`)\n]*/gm)].map(
    ([line]) =>
      (line.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) =>
        word.replace(/^([^'"]*)['"]$/, '$1'),
      ),
  );
}

/** The first thing in a command line that there is not; undefined when all is well. */
export function problemOf(program: Command, words: readonly string[]): string | undefined {
  const [name = '', ...rest] = words;
  const top = name === 'apppot' ? [] : [name.slice('apppot-'.length)];
  return check(program, [...top, ...rest]);
}

function check(command: Command, words: readonly string[]): string | undefined {
  const [word, ...rest] = words;
  if (word === undefined || word.startsWith('#')) return undefined;
  if (word.startsWith('-')) return checkOption(command, word, rest);
  const child = command.commands.find((one) => one.name() === word);
  if (child !== undefined) return check(child, rest);
  if (command.commands.length > 0) return isPlaceholder(word) ? undefined : `no command ${word}`;
  // A command line of the guest's own follows.
  if (command.registeredArguments.at(0)?.variadic === true) return undefined;
  return check(command, rest);
}

function checkOption(command: Command, word: string, rest: readonly string[]): string | undefined {
  const [flag = '', value] = word.split('=', 2);
  if (['-h', '--help', '-…', '…'].includes(flag)) return undefined;
  const option = command.options.find(({ short, long }) => short === flag || long === flag);
  if (option === undefined) return `no option ${flag} of ${command.name()}`;
  if (!option.required) return check(command, rest);
  const given = value ?? rest[0];
  const problem = given === undefined ? `${flag} wants a value` : choiceProblem(option, given);
  return problem ?? check(command, value === undefined ? rest.slice(1) : rest);
}

function choiceProblem({ argChoices, long }: Option, value: string): string | undefined {
  if (argChoices === undefined || isPlaceholder(value) || argChoices.includes(value)) {
    return undefined;
  }
  return `${long} has no choice ${value}`;
}

function isPlaceholder(word: string): boolean {
  return word === 'help' || /^[A-Z…]|^\.\.\./.test(word);
}
