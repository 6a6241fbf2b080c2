import { execFileSync } from 'node:child_process';

/**
 * Turns off all that the terminal on stdin does with keys and output, until `restore` is called.
 *
 * By stty(1), because Node.js' own raw mode goes on turning each newline into two characters.
 *
 * @throws the system's error when stdin is no terminal.
 */
export function rawTerminal(): { restore(): void } {
  const stty = (...words: readonly string[]): string =>
    execFileSync('stty', words, { stdio: ['inherit', 'pipe', 'ignore'], encoding: 'utf8' });
  const modes = stty('-g').trim();
  stty('raw', '-echo');
  return { restore: () => void stty(modes) };
}
