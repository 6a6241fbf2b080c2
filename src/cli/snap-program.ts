/**
 * `apppot-snap` on a host, bundled into one file: to load a hundred modules takes as long as to find what
 * changed in an image.
 *
 * @module
 */

import { COMMAND_NAMES } from './command-names.ts';
import { textOutput } from './output.ts';
import { runProgram } from './program.ts';
import { terminalOf } from './progress-line.ts';
import { useSettings } from './settings/use.ts';
import { snapCommand } from './snap.ts';
import type { SnapDeps } from './snap-deps.ts';

const program = 'apppot-snap';

/** @returns never rejects; the status goes to `process.exitCode`. */
export async function run(process: NodeJS.Process): Promise<void> {
  const deps: SnapDeps = {
    program,
    env: process.env,
    terminal: terminalOf(process, process.env),
    pause: async (...wanted) => (await import('../launch/pause.ts')).pauseGuest(...wanted),
    walkHelper: new URL('./live-ahead-worker.js', import.meta.url),
    output: (json = false) => textOutput(process, program, json),
    setStatus(status) {
      process.exitCode = status;
    },
  };
  const argv = ['snap', ...process.argv.slice(2)];
  await runProgram([async () => snapCommand(deps)], argv, deps, false, (command) =>
    useSettings(command, COMMAND_NAMES, deps),
  );
}
