/**
 * `apppot-snap` as it is inside a guest: bundled into one file, with the suite's own Node.js (18 or later).
 *
 * @module
 */

import { textOutput } from './output.ts';
import { runProgram } from './program.ts';
import { terminalOf } from './progress-line.ts';
import { snapCommand } from './snap.ts';

const program = 'apppot-snap';

const deps = {
  program,
  env: process.env,
  terminal: terminalOf(process, process.env),
  output: (json = false) => textOutput(process, program, json),
  setStatus(status: number) {
    process.exitCode = status;
  },
};

void runProgram([async () => snapCommand(deps)], ['snap', ...process.argv.slice(2)], deps, false);
