import { setImmediate } from 'node:timers/promises';
import type { Pace, Part } from '../base/pace.ts';
import { type Bytes, formatSize } from '../base/units.ts';

export interface PacerOptions {
  /** Milliseconds from any point on. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Receives a line about how far the work is, now and then; none in the first second. */
  readonly show?: (text: string) => void;
}

/** Work that takes less goes without a word. */
const FIRST_MS = 1_000;
const AGAIN_MS = 200;
const TURN_MS = 50;

/** The clock is looked at after so many steps; bytes count, too. */
const STEPS = 64;
const STEP_BYTES: Bytes = 2 ** 14;

export function pacer({ now, signal, show }: PacerOptions): Pace {
  let part: Part | undefined;
  let [entries, bytes, left] = [0, 0, STEPS];
  let rested = now();
  let shown = rested + FIRST_MS - AGAIN_MS;

  function look(): number {
    left = STEPS;
    const time = now();
    if (show !== undefined && part !== undefined && time - shown >= AGAIN_MS) {
      shown = time;
      show(renderPart(part, entries, bytes));
    }
    return time;
  }
  return {
    begin(next) {
      part = next;
      entries = 0;
      bytes = 0;
      look();
    },
    step(more, length = 0) {
      entries += more;
      bytes += length;
      left -= 1 + length / STEP_BYTES;
      return left <= 0 && look() - rested >= TURN_MS;
    },
    async rest() {
      await setImmediate();
      signal.throwIfAborted();
      rested = look();
    },
  };
}

/** `packing: 1,234 of 5,678 entries, 12.3 MiB` */
export function renderPart(part: Part, entries: number, bytes: Bytes): string {
  const figures = [
    ...figure(entries, part.entries, count, ' entries'),
    ...(part.base === undefined ? [] : [`${count(part.base)} in the base`]),
    ...figure(bytes, part.bytes, formatSize, ''),
  ];
  return figures.length === 0 ? part.doing : `${part.doing}: ${figures.join(', ')}`;
}

function figure(
  done: number,
  all: number | undefined,
  render: (value: number) => string,
  unit: string,
): readonly string[] {
  if (all !== undefined) return [`${render(done)} of ${render(all)}${unit}`];
  return done === 0 ? [] : [`${render(done)}${unit}`];
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
