import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { quote } from '../../../src/launch/shell.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const BIN = join(import.meta.dirname, '../../../bin/apppot.js');
const directory = temporaryDirectory();

/** A sweep on this machine whose jobs all fail, for there is no image; script(1) provides the terminal. */
async function sweep(kind: string, words: readonly string[] = []): Promise<string> {
  const jobs = ['--image', '/no.img', '--array', '4', '--at-once', '2', '--wait', ...words, 'true'];
  const command = [process.execPath, BIN, 'submit', ...jobs].map(quote).join(' ');
  const child = spawn('script', ['-qefc', `stty cols 70; exec ${command}`, '/dev/null'], {
    env: { PATH: process.env.PATH, HOME: directory.path, TERM: kind },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let written = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const [status] = await once(child, 'close');
  expect(status).toBe(3);
  return written.replaceAll('\x1b[K', '<erase>');
}

it('a sweep shows on a terminal how far it is, on one line that is gone in the end', async () => {
  const written = await sweep('xterm');
  const shown = [...written.matchAll(/\r(?<line>[^\r\n]*?)<erase>/g)].map(
    ({ groups }) => groups?.line ?? '',
  );
  expect(shown).toContain('[######------------------] 1 of 4 handed over');
  expect(shown).toContain('[########################] 4 of 4 handed over');
  for (const line of shown) expect(line).toMatch(/^(?:\[[#-]{24}\] .*)?$/);
  // Whatever stays on the screen follows an erased line.
  expect(written).toMatch(/\r<erase>4 jobs: 4 failed\r\n/);
});

it.each(['dumb', ''])('a sweep shows nothing on a terminal like "%s"', async (kind) => {
  expect(await sweep(kind)).not.toMatch(/\r(?!\n)/);
});
