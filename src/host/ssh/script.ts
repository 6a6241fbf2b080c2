import { quote } from '../../base/quote.ts';
import type { RunOptions } from '../host.ts';

/**
 * What a shell reads on the other side. A login shell there may be of any kind, and would take words of a
 * command line for its own; a script on stdin is read by nobody but `sh`.
 *
 * Where the program is not found, the site's profile is tried: it is what names the directories of batch
 * systems, and shells that nobody logs in to do not read it.
 */
export function renderScript(
  argv: readonly string[],
  { input, env = {}, cwd }: RunOptions,
): string {
  const [program = ''] = argv;
  const words = argv.map(quote).join(' ');
  const assignments = Object.entries(env).map(([name, value]) =>
    value === undefined ? `unset ${name}` : `${name}=${quote(value)}; export ${name}`,
  );
  return [
    ...assignments,
    `command -v ${quote(program)} >/dev/null 2>&1 || [ ! -r /etc/profile ] ||`,
    '  . /etc/profile </dev/null >/dev/null 2>&1',
    ...(cwd === undefined ? [] : [`cd ${quote(cwd)} || exit 125`]),
    input === undefined
      ? `exec ${words} </dev/null`
      : `printf %s ${quote(input)} | ${words}; exit $?`,
    '',
  ].join('\n');
}
