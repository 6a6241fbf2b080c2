import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inGuest } from './guest.ts';
import type { Measured } from './measure.ts';
import { LEFT_OUT, type Prepared, run } from './prepare.ts';

/** Where both keep what they record, as on a system: neither takes it for a part of the tree. */
const STATE = '/mnt/var/lib/apppot';
const WORDS = [
  `--listed-incremental=${STATE}/state.snar`,
  ...LEFT_OUT,
  '--exclude=./var/lib/apppot',
];
const TAR = `tar --create ${WORDS.map((word) => `'${word}'`).join(' ')}`;
const SNAP = join(import.meta.dirname, '../../dist/guest/apppot-snap');

/** One thing to do in a guest; what has no name is not told. */
type Step = readonly [name: string, line: string];

export const IN_GUEST = {
  tar: { base: 'tar in the guest: record a base', changes: 'tar in the guest: changes' },
  ours: { base: 'ours in the guest: record a base', changes: 'ours in the guest: changes' },
} as const;

const RECORD: Record<'tar' | 'ours', Step> = {
  tar: [
    IN_GUEST.tar.base,
    `rm -f ${STATE}/state.snar && ${TAR} --file=/dev/null -C /mnt . 2>/dev/null`,
  ],
  ours: [IN_GUEST.ours.base, 'OURS base --root /mnt 2>/dev/null'],
};
const EDIT: Step = ['', 'sh EDITS /mnt'];
const KEEP: Record<'tar' | 'ours', Step> = {
  tar: [
    IN_GUEST.tar.changes,
    `${TAR} --gzip --file=${STATE}/tar.tar.gz -C /mnt . 2>/dev/null || [ $? = 1 ]`,
  ],
  ours: [IN_GUEST.ours.changes, `OURS changes --root /mnt ${STATE}/ours.tar.gz 2>/dev/null`],
};
const ROOM: Step = ['', `mkdir -p ${STATE}`];

/** Runs steps one after the other in one guest; seconds are those of the guest's clock. */
type Guest = (cow: string, steps: readonly Step[]) => readonly Measured[];

function guestOf({ directory, image }: Prepared): Guest {
  // Its name tells Node.js what it is: in an image no package.json lies above it.
  const program = join(directory, 'snap.cjs');
  copyFileSync(SNAP, program);
  const ours = `${process.execPath} ${program}`;
  const at = 'echo AT $(cut -d" " -f1 /proc/uptime)';
  const line = (text: string): string =>
    `(${text.replace('EDITS', join(directory, 'edits.sh')).replace('OURS', ours)})`;
  return (cow, steps) => {
    const lines = steps.flatMap(([, text]) => [at, line(text)]);
    const output = inGuest(directory, image, cow, [...lines, at].join(' &&\n'));
    const times = [...output.matchAll(/^AT ([\d.]+)/gm)].map(([, seconds]) => Number(seconds));
    return steps
      .map(([name], i) => measured(name, (times[i + 1] ?? 0) - (times[i] ?? 0)))
      .filter(({ name }) => name !== '');
  };
}

/**
 * Where the first AppPot did it, in a guest that has been running: its cache holds the tree, since all
 * of it was just read. Once.
 */
export function inWarmGuest(prepared: Prepared): readonly Measured[] {
  const cow = join(prepared.directory, 'guest.cow');
  const guest = guestOf(prepared);
  const warmUp: Step = ['', RECORD.tar[1]];
  try {
    return guest(cow, [ROOM, warmUp, RECORD.tar, RECORD.ours, EDIT, KEEP.ours, KEEP.tar]);
  } finally {
    rmSync(cow, { force: true });
  }
}

/**
 * Likewise as users do it: the base was recorded at another time, a guest is started, work is done, and
 * its changes are found, all of which it reads for the first time. A guest for each, the host's cache
 * warm. Once.
 *
 * @param meanwhile Is given the COW file in which tar has run, while it is there.
 */
export function inFreshGuests(
  prepared: Prepared,
  meanwhile: (cow: string) => readonly Measured[],
): readonly Measured[] {
  const at = (name: string): string => join(prepared.directory, name);
  const [cow, tarCow, oursCow] = [at('guest.cow'), at('guest-tar.cow'), at('guest-ours.cow')];
  const guest = guestOf(prepared);
  try {
    run('cp', [prepared.image, '/dev/null']);
    const bases = [...guest(cow, [ROOM, RECORD.tar]), ...guest(cow, [RECORD.ours])];
    for (const copy of [tarCow, oursCow]) run('cp', ['--sparse=always', cow, copy]);
    const changes = [...guest(tarCow, [EDIT, KEEP.tar]), ...guest(oursCow, [EDIT, KEEP.ours])];
    return [...bases, ...changes, ...meanwhile(tarCow)];
  } finally {
    for (const file of [cow, tarCow, oursCow]) rmSync(file, { force: true });
  }
}

function measured(name: string, seconds: number): Measured {
  return { name, seconds, busy: Number.NaN, memory: Number.NaN };
}
