/**
 * How long finding changes takes: whole commands, in turn, medians and ratios of one run, against the
 * way of the first AppPot (GNU tar --listed-incremental) and other tools.
 *
 * Usage: npx tsx bench/snap.ts [--rounds N] [--cold N] [--peers] [--guest] [--curve]
 *   [--entries N] [--directory DIR] [--clean]
 *
 * Needs root (to drop caches, and for owners), linux.uml, GNU tar, and about 10 GB in DIR
 * (/var/tmp/apppot-bench); 30 GB more, rsync, restic, umoci and mmdebstrap with --peers; 25 GB more with
 * --curve. The trees stay there for the next run; --clean removes them. Run `npm run build` before.
 *
 * @module
 */

import { mkdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ours, peers, TAR, tar } from './snap/contenders.ts';
import { printCurve } from './snap/curve.ts';
import { insideGuest } from './snap/in-guest.ts';
import { type Measured, measure, type Runs } from './snap/measure.ts';
import { hasVirtDiff, type Prepared, prepare } from './snap/prepare.ts';
import { print, printGoals, printTable } from './snap/report.ts';
import type { TreeSize } from './snap/tree.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    cold: { type: 'string', default: '4' },
    entries: { type: 'string', default: '280000' },
    directory: { type: 'string', default: '/var/tmp/apppot-bench' },
    peers: { type: 'boolean', default: false },
    guest: { type: 'boolean', default: false },
    curve: { type: 'boolean', default: false },
    clean: { type: 'boolean', default: false },
  },
});

/** What the project wants: at most so much of tar's time. */
const WANTED = {
  warm: 1 / 11,
  cold: 1 / 14,
  indexed: 1 / 15,
  guest: 1 / 80,
  base: 0.4,
  changes: 0.5,
};

function main(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const size = { entries: Number(options.entries), times: 1 };
  const runs: Runs = { rounds: Number(options.rounds), cold: false, directory };
  const prepared = prepare(directory, size, false);
  const warm = measureAll(prepared, runs);
  if (options.cold !== '0') {
    measureAll(prepared, { ...runs, rounds: Number(options.cold), cold: true });
  }
  if (options.guest) measureGuest(prepared, warm);
  if (options.curve) printCurve(directory, size, runs);
  if (options.peers) for (const tree of ['debian', size] as const) measurePeers(tree, runs);
}

/** Each once, after one run in vain: some of them take minutes. */
function measurePeers(size: TreeSize, runs: Runs): void {
  const prepared = prepare(runs.directory, size, true);
  const { offline, changes } = ours(prepared);
  const all = [offline, changes, tar(prepared).changes, ...peers(prepared)];
  const title = size === 'debian' ? 'a Debian root' : `${size.entries} entries`;
  printTable(`${title}, warm, once`, measure(all, { ...runs, rounds: 1 }), [TAR.changes]);
  if (!hasVirtDiff()) print('not measured: virt-diff, which is not installed', []);
}

function measureAll(prepared: Prepared, runs: Runs): readonly Measured[] {
  const mine = ours(prepared);
  const original = tar(prepared);
  const contenders = [
    ...[mine.offline, mine.indexed, mine.base, mine.changes],
    ...[original.base, original.changes],
  ];
  const rows = measure(contenders, runs);
  const title = `${runs.cold ? 'cold' : 'warm'}, median of ${runs.rounds}`;
  printTable(title, rows, [TAR.base, TAR.changes]);
  const [image, indexed, base, changes, tarBase, tarChanges] = rows;
  if (!(image && indexed && base && changes && tarBase && tarChanges)) return rows;
  printGoals([
    { of: image, against: tarChanges, most: runs.cold ? WANTED.cold : WANTED.warm },
    { of: indexed, against: tarChanges, most: WANTED.indexed },
    ...(runs.cold
      ? []
      : [
          { of: base, against: tarBase, most: WANTED.base },
          { of: changes, against: tarChanges, most: WANTED.changes },
        ]),
  ]);
  return rows;
}

function measureGuest(prepared: Prepared, warm: readonly Measured[]): void {
  const rows = insideGuest(prepared);
  const names = rows.map(({ name }) => name).filter((name) => name.startsWith('tar'));
  printTable('in a guest, once, warm', rows, names);
  const [image, changes] = [warm[0], rows.find(({ name }) => name === 'tar in the guest: changes')];
  if (image && changes) printGoals([{ of: image, against: changes, most: WANTED.guest }]);
}

if (options.clean) rmSync(options.directory, { recursive: true, force: true });
else main(options.directory);
