import type { Output } from './output.ts';

/** A terminal that can go back to the start of a line. */
export interface Terminal {
  write(text: string): unknown;
  readonly columns: number;
}

/** The terminal on stderr, if there is one that can do that. */
export function terminalOf(
  { stderr }: { readonly stderr: NodeJS.WriteStream },
  { TERM: kind = '' }: Readonly<Record<string, string | undefined>>,
): Terminal | undefined {
  return stderr.isTTY && kind !== '' && kind !== 'dumb' ? stderr : undefined;
}

/** One line that is written over and over. */
export interface ProgressLine {
  show(text: string): void;
  erase(): void;
}

/** ECMA-48, "EL": erases from here to the end of the line. */
const ERASE = '\x1b[K';

/** Of a terminal that does not know. */
const COLUMNS = 80;

export function progressLine(terminal: Terminal): ProgressLine {
  let isShown = false;
  return {
    show(text) {
      isShown = true;
      const room = (terminal.columns || COLUMNS) - 1;
      terminal.write(`\r${text.slice(0, room)}${ERASE}`);
    },
    erase() {
      if (isShown) terminal.write(`\r${ERASE}`);
      isShown = false;
    },
  };
}

/** Whatever else is said takes the place of the line. */
export function inPlaceOf(line: ProgressLine, out: Output): Output {
  return {
    result(data, text) {
      line.erase();
      out.result(data, text);
    },
    note(text) {
      line.erase();
      out.note(text);
    },
    warn(text) {
      line.erase();
      out.warn(text);
    },
    failure(error) {
      line.erase();
      out.failure(error);
    },
  };
}
