import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Shell } from '../../../src/cli/completion.ts';

/**
 * What a real shell offers for the end of a command line.
 *
 * @param script The file with our completion script.
 * @param line Words with one blank between them; no quotes.
 */
export function complete(shell: Shell, script: string, line: string, cwd: string): string[] {
  const driver = join(import.meta.dirname, `complete.${shell}`);
  const words = shell === 'bash' ? splitAsBash(line) : [line];
  const flags = shell === 'zsh' ? ['-f'] : shell === 'fish' ? ['--no-config'] : [];
  const told = execFileSync(shell, [...flags, driver, script, ...words], {
    cwd,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: cwd, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
  });
  return told.split('\n').filter(Boolean);
}

/** At blanks and around "=", as COMP_WORDBREAKS has it. */
function splitAsBash(line: string): string[] {
  return line.split(' ').flatMap((word) => word.split(/(=)/).filter((part, i) => i === 0 || part));
}
