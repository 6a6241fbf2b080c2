import { ours, tar } from './contenders.ts';
import { measure, type Runs } from './measure.ts';
import { prepare } from './prepare.ts';
import { print } from './report.ts';
import type { MadeUp } from './tree.ts';

/** How the time grows with the bytes in files, and with the entries that nobody touched. */
export function printCurve(parent: string, full: MadeUp, runs: Runs): void {
  const quarter = { ...full, entries: full.entries / 4 };
  const points = [quarter, { ...quarter, times: 10 }, full];
  print('warm, s', ['offline', 'base', 'changes', 'tar base', 'tar changes']);
  for (const size of points) {
    const prepared = prepare(parent, size, false);
    const { offline: image, base, changes } = ours(prepared);
    const original = tar(prepared);
    const all = [image, base, changes, original.base, original.changes];
    const seconds = measure(all, runs).map((measured) => measured.seconds.toFixed(2));
    print(`${size.entries} entries, contents x ${size.times}`, seconds);
  }
}
