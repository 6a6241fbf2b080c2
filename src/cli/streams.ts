import { fstatSync } from 'node:fs';
import { rawTerminal } from '../host/terminal.ts';
import type { Streams, Terminal } from '../launch/guest.ts';

/** This process's own streams as the job's. */
export interface JobStreams {
  readonly streams: Streams;
  /** Lets go of stdin, which else would keep the process alive. */
  release(): void;
}

/** @param wantsTerminal Whether a terminal is given to the job as such. Default true. */
export function jobStreams(process: NodeJS.Process, wantsTerminal = true): JobStreams {
  const { stdout, stderr } = process;
  if (wantsTerminal && process.stdin.isTTY && stdout.isTTY) {
    const terminal = terminalOf(process);
    const raw = rawTerminal();
    const release = (): void => {
      process.stdin.destroy();
      raw.restore();
    };
    return { streams: { terminal, stdout, ...(stderr.isTTY ? {} : { stderr }) }, release };
  }
  if (!hasInput()) return { streams: { stdout, stderr }, release: () => undefined };
  const { stdin } = process;
  return { streams: { stdin, stdout, stderr }, release: () => void stdin.destroy() };
}

/** A closed stdin is /dev/null by now: Node.js opens that in its place. */
function hasInput(): boolean {
  try {
    const info = fstatSync(0);
    return !info.isDirectory() && !(info.isCharacterDevice() && info.rdev === DEV_NULL);
  } catch {
    return false;
  }
}

/** Major 1, minor 3: null(4). */
const DEV_NULL = 0x103;

function terminalOf({ stdin, stdout }: NodeJS.Process): Terminal {
  return {
    typed: stdin,
    rows: stdout.rows,
    columns: stdout.columns,
    onResize(report) {
      stdout.on('resize', () => report(stdout.rows, stdout.columns));
    },
  };
}
