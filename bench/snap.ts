/**
 * How long finding changes takes: whole commands, in turn, medians and ratios of one run, against the
 * way of the first AppPot (GNU tar --listed-incremental) and other tools.
 *
 * Usage: npx tsx bench/snap.ts [--rounds N] [--cold N] [--peers] [--guest] [--curve]
 *   [--entries N] [--directory DIR] [--clean]; --rounds 0 leaves the first table out
 *
 * Needs root (to drop caches, and for owners), linux.uml, GNU tar, and about 10 GB in DIR
 * (/var/tmp/apppot-bench); 40 GB more, rsync, restic, umoci and mmdebstrap with --peers; 25 GB more with
 * --curve. The trees stay there for the next run, what is made for peers apart; --clean removes them. Run
 * `npm run build` before.
 *
 * @module
 */

import { mkdirSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { OURS_SAME, ours, peers, TAR, tar } from './snap/contenders.ts';
import { longer, printCurve, titleOf } from './snap/curve.ts';
import { IN_GUEST, inFreshGuests, inWarmGuest } from './snap/in-guest.ts';
import { type Measured, measure, type Runs } from './snap/measure.ts';
import { hasVirtDiff, type Prepared, prepare, run } from './snap/prepare.ts';
import { print, printGoals, printMemory, printTable } from './snap/report.ts';
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
  /** MB, at the most. */
  memory: 200,
  base: 0.4,
  changes: 0.5,
};

function main(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const size = { entries: Number(options.entries), times: 1 };
  const runs: Runs = { rounds: Number(options.rounds), cold: false, directory };
  if (options.rounds !== '0') measureOurs(prepare(directory, size, false), runs);
  if (options.curve) printCurve(directory, size, { ...runs, rounds: Math.max(1, runs.rounds) });
  if (options.peers) {
    for (const tree of ['debian', size, longer(size)] as const) measurePeers(tree, runs);
  }
}

function measureOurs(prepared: Prepared, runs: Runs): void {
  const warm = measureAll(prepared, runs);
  if (options.cold !== '0') {
    measureAll(prepared, { ...runs, rounds: Number(options.cold), cold: true });
  }
  if (options.guest) measureGuest(prepared, warm, runs);
}

/**
 * Each warm and cold, once, after one run in vain: some of them take minutes. What the other tools need
 * is much, so it goes when the tree has been measured.
 */
function measurePeers(size: TreeSize, runs: Runs): void {
  const prepared = prepare(runs.directory, size, true);
  const { offline, indexed, changes } = ours(prepared);
  const all = [offline, indexed, changes, tar(prepared).changes, ...peers(prepared)];
  const title = size === 'debian' ? 'a Debian root' : titleOf(size);
  run('mount', ['-o', 'loop,ro', prepared.image, prepared.mounted]);
  try {
    for (const cold of [false, true]) {
      const rows = measure(all, { ...runs, rounds: 1, cold });
      printTable(`${title}, ${cold ? 'cold' : 'warm'}, once`, rows, [TAR.changes]);
    }
  } finally {
    run('umount', [prepared.mounted]);
    rmSync(prepared.directory, { recursive: true, force: true });
  }
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
  printMemory([image, indexed, base, changes], WANTED.memory);
  return rows;
}

/** The original ran in guests: in ones that run for long, and, as users do it, in ones just started. */
function measureGuest(prepared: Prepared, warm: readonly Measured[], runs: Runs): void {
  const image = warm[0];
  if (image === undefined) return;
  const offline = (cow: string): readonly Measured[] =>
    measure([ours({ ...prepared, cow }).same], runs);
  for (const [title, rows] of [
    ['in a guest, its cache warm, once', inWarmGuest(prepared)],
    ['in a guest just started, once', inFreshGuests(prepared, offline)],
  ] as const) {
    const [base, changes] = [IN_GUEST.tar.base, IN_GUEST.tar.changes];
    printTable(title, [...rows, image], [base, changes]);
    const against = rows.find(({ name }) => name === changes);
    const same = rows.find(({ name }) => name === OURS_SAME);
    if (against === undefined) continue;
    for (const of of [image, ...(same === undefined ? [] : [same])]) {
      printGoals([{ of, against, most: WANTED.guest }]);
    }
  }
}

/** Ctrl-C ends the program that is being measured; its failure then undoes mounts. */
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

if (options.clean) rmSync(options.directory, { recursive: true, force: true });
else main(options.directory);
