import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inGuest } from './guest.ts';
import type { Measured } from './measure.ts';
import { LEFT_OUT, type Prepared } from './prepare.ts';

const INCREMENTAL = `tar --create --listed-incremental=/mnt/state.snar ${LEFT_OUT.map((word) => `'${word}'`).join(' ')}`;
const UPTIME = 'cut -d" " -f1 /proc/uptime';

const SNAP = join(import.meta.dirname, '../../dist/guest/apppot-snap');
const TREE = '--root /mnt --exclude /*.snar --exclude /*.gz --base /mnt/base.manifest';

/** What is run one after the other, and how it is called; what has no name is not told. */
const STEPS = [
  ['', `${INCREMENTAL} --file=/dev/null -C /mnt .`],
  [
    'tar in the guest: record a base',
    `rm /mnt/state.snar && ${INCREMENTAL} --file=/dev/null -C /mnt .`,
  ],
  ['ours in the guest: record a base', `OURS base ${TREE} 2>/dev/null`],
  ['', 'sh EDITS /mnt'],
  ['ours in the guest: changes', `OURS changes ${TREE} /mnt/ours.tar.gz 2>/dev/null`],
  [
    'tar in the guest: changes',
    `${INCREMENTAL} --gzip --file=/mnt/changes.tar.gz -C /mnt . 2>/dev/null || [ $? = 1 ]`,
  ],
] as const;

/**
 * Where the first AppPot did it: tar and ours record a base, edits are made, both find them. Once, with
 * a warm cache; seconds are those of the guest's clock.
 *
 * @returns base and changes of tar, then base and changes of ours.
 */
export function insideGuest({ directory, image }: Prepared): readonly Measured[] {
  const cow = join(directory, 'guest.cow');
  const edits = join(directory, 'edits.sh');
  // Its name tells Node.js what it is: in an image no package.json lies above it.
  const program = join(directory, 'snap.cjs');
  cpSync(SNAP, program);
  const ours = `${process.execPath} ${program}`;
  const at = `echo AT $(${UPTIME})`;
  const lines = STEPS.flatMap(([, line]) => [
    at,
    `(${line.replace('EDITS', edits).replace('OURS', ours)})`,
  ]);
  try {
    const output = inGuest(directory, image, cow, [...lines, at].join(' &&\n'));
    const times = [...output.matchAll(/^AT ([\d.]+)/gm)].map(([, seconds]) => Number(seconds));
    return STEPS.map(([name], i) => measured(name, (times[i + 1] ?? 0) - (times[i] ?? 0)))
      .filter(({ name }) => name !== '')
      .sort((a, b) => b.name.localeCompare(a.name));
  } finally {
    rmSync(cow, { force: true });
  }
}

function measured(name: string, seconds: number): Measured {
  return { name, seconds, busy: Number.NaN, memory: Number.NaN };
}
