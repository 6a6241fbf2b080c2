import type { Seen } from '../grid/look.ts';
import { renderTally, tally } from '../grid/sweep/tally.ts';
import type { Deps } from './deps.ts';
import { progressLine } from './progress-line.ts';

/** How far a sweep is, on a terminal; nowhere else. */
export interface SweepProgress {
  handedOver(done: number, all: number): void;
  fetched(done: number, all: number): void;
  looked(seen: readonly Seen[]): void;
  erase(): void;
}

const WIDTH = 24;

export function sweepProgress({ terminal }: Pick<Deps, 'terminal'>): SweepProgress {
  const line = terminal === undefined ? undefined : progressLine(terminal);
  return {
    handedOver: (done, all) => line?.show(`${bar(done, all)} ${done} of ${all} handed over`),
    fetched: (done, all) => line?.show(`${bar(done, all)} ${done} of ${all} fetched`),
    looked: (seen) => {
      const over = seen.filter(({ status }) => isDone(status.state)).length;
      line?.show(`${bar(over, seen.length)} ${renderTally(tally(seen))}`);
    },
    erase: () => line?.erase(),
  };
}

function isDone(state: string): boolean {
  return ['finished', 'failed', 'killed', 'gone'].includes(state);
}

/** `[######------]` */
export function bar(done: number, all: number): string {
  const full = all === 0 ? WIDTH : Math.floor((done / all) * WIDTH);
  return `[${'#'.repeat(full)}${'-'.repeat(WIDTH - full)}]`;
}
