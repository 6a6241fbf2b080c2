import type { Host } from '../host/host.ts';
import { localHost } from '../host/local.ts';
import type { pauseGuest } from '../launch/pause.ts';
import { type Output, textOutput } from './output.ts';
import { type Terminal, terminalOf } from './progress-line.ts';

/** Everything a command touches outside its arguments. Tests pass their own. */
export interface Deps {
  /** The name the user typed: `apppot`, `apppot-start` or `apppot-snap`. */
  readonly program: string;
  readonly host: Host;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where commands print; `json` turns the result into one JSON line. */
  output(json?: boolean): Output;
  /** Where progress is shown; missing where nobody looks. */
  readonly terminal?: Terminal | undefined;
  /** Holds a running guest still; missing where there are none, as inside a guest. */
  readonly pause?: typeof pauseGuest;
  /** The program of the thread that helps to walk large directories; missing where it is not shipped. */
  readonly walkHelper?: URL;
  /** The program of the thread that policies live in; missing where it is not shipped. */
  readonly policyThread?: URL;
  /** Sets the exit status of a command that did not fail. Default 0. */
  setStatus(status: number): void;
}

export function realDeps(process: NodeJS.Process, program: string): Deps {
  return {
    program,
    host: localHost,
    env: process.env,
    terminal: terminalOf(process, process.env),
    pause: async (...wanted) => (await import('../launch/pause.ts')).pauseGuest(...wanted),
    walkHelper: new URL('./live-ahead-worker.js', import.meta.url),
    policyThread: new URL('./policy-worker.js', import.meta.url),
    output: (json = false) => textOutput(process, program, json),
    setStatus(status) {
      process.exitCode = status;
    },
  };
}
