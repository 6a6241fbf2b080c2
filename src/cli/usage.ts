import { AppPotError } from '../base/errors.ts';
import { closest } from '../base/suggest.ts';

class UsageError extends AppPotError<'USAGE'> {}

/**
 * What commander says of a command line, in our words: the reason, then one thing to do.
 *
 * @param written The command, as the user writes it.
 */
export function usageError(text: string, written: string): UsageError {
  const [first = '', ...rest] = text
    .trim()
    .replace(/^error: /, '')
    .split('\n');
  const suggested = /^\(Did you mean (?<what>.*)\?\)$/.exec(rest.join(' '))?.groups?.what;
  const meant = suggested ?? closestChoice(first);
  const hint = meant === undefined ? '' : `Did you mean ${meant}? `;
  return unreadable(first.replace(/\.$/, ''), written, hint);
}

/** All that is wrong about the options of a command line that could be read. */
export function optionError(faults: readonly string[], written: string): UsageError {
  return unreadable(faults.join('; '), written);
}

function unreadable(reason: string, written: string, hint = ''): UsageError {
  return new UsageError(`Cannot read the command line: ${reason}`, {
    kind: 'usage',
    code: 'USAGE',
    hint: `${hint}Look at "${written} --help".`,
  });
}

function closestChoice(reason: string): string | undefined {
  const found = /'(?<given>[^']*)' is invalid.*Allowed choices are (?<choices>.*)\.$/.exec(reason);
  const { given, choices } = found?.groups ?? {};
  return given && choices ? closest(given, choices.split(', ')) : undefined;
}
