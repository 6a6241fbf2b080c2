import { expect, it } from 'vitest';
import { textOutput } from '../../../src/cli/output.ts';
import { inPlaceOf, progressLine, terminalOf } from '../../../src/cli/progress-line.ts';

function screen(columns = 80) {
  const written: string[] = [];
  const write = (text: string): number => written.push(text);
  return {
    written,
    terminal: { write, columns },
    streams: { stdout: { write }, stderr: { write } },
  };
}

it('progressLine() writes over itself, never more than a line, and erases only what it wrote', () => {
  const { written, terminal } = screen(10);
  const line = progressLine(terminal);
  line.erase();
  line.show('0123456789');
  line.show('short');
  line.erase();
  line.erase();
  expect(written).toEqual(['\r012345678\x1b[K', '\rshort\x1b[K', '\r\x1b[K']);
});

it('inPlaceOf() erases the line before anything else is said', () => {
  const { written, terminal, streams } = screen();
  const line = progressLine(terminal);
  const out = inPlaceOf(line, textOutput(streams, 'apppot-snap'));
  for (const say of [
    () => out.note('a note'),
    () => out.warn('care'),
    () => out.result({}, 'the result'),
    () => out.failure(new Error('a bug')),
  ]) {
    line.show('…');
    say();
  }
  const said = written.filter((text) => text !== '\r…\x1b[K');
  expect(said.slice(0, 6)).toEqual([
    ...['\r\x1b[K', 'a note\n', '\r\x1b[K', 'warning: care\n', '\r\x1b[K', 'the result\n'],
  ]);
  expect(said[6]).toBe('\r\x1b[K');
});

it.for([
  [true, 'xterm', true],
  [true, 'dumb', false],
  [true, undefined, false],
  [false, 'xterm', false],
] as const)('terminalOf() of a stderr that is a terminal: %s, TERM=%s', ([isTTY, TERM, wanted]) => {
  const stderr = { isTTY, columns: 80 } as NodeJS.WriteStream;
  expect(terminalOf({ stderr }, { TERM }) === stderr).toBe(wanted);
});
