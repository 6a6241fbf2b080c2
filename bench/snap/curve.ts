import { ours, tar } from './contenders.ts';
import { type Measured, measure, type Runs } from './measure.ts';
import { prepare } from './prepare.ts';
import { print } from './report.ts';
import type { MadeUp } from './tree.ts';

/** A quarter of the entries, with ten times the contents: about 10 GB of 280,000. */
export function longer({ entries, times }: MadeUp): MadeUp {
  return { entries: entries / 4, times: times * 10 };
}

/** How time and memory grow with the bytes in files, and with the entries that nobody touched. */
export function printCurve(parent: string, full: MadeUp, runs: Runs): void {
  const quarter = { ...full, entries: full.entries / 4 };
  const points = [quarter, longer(full), full];
  const names = ['offline', 'indexed', 'base', 'changes', 'tar base', 'tar changes'];
  print('warm, s (MB)', names);
  for (const size of points) {
    const prepared = prepare(parent, size, false);
    const { offline: image, indexed, base, changes } = ours(prepared);
    const original = tar(prepared);
    const all = [image, indexed, base, changes, original.base, original.changes];
    print(titleOf(size), measure(all, runs).map(cell));
  }
}

export function titleOf({ entries, times }: MadeUp): string {
  return `${entries} entries, contents x ${times}`;
}

function cell({ seconds, memory }: Measured): string {
  return `${seconds.toFixed(2)} (${memory.toFixed(0)})`;
}
