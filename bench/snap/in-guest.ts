import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { inGuest } from './guest.ts';
import type { Measured } from './measure.ts';
import { LEFT_OUT, type Prepared } from './prepare.ts';

const INCREMENTAL = `tar --create --listed-incremental=/mnt/state.snar ${LEFT_OUT.map((word) => `'${word}'`).join(' ')}`;
const UPTIME = 'cut -d" " -f1 /proc/uptime';

/**
 * What the first AppPot did, where it did it: tar records a base, edits are made, tar finds them.
 * Seconds are those of the guest's clock; the base is recorded with a cold cache, changes with a warm one.
 */
export function tarInGuest({ directory, image }: Prepared): readonly Measured[] {
  const cow = join(directory, 'guest.cow');
  const lines = [
    `echo AT $(${UPTIME})`,
    `${INCREMENTAL} --file=/dev/null -C /mnt .`,
    `echo AT $(${UPTIME})`,
    `sh ${join(directory, 'edits.sh')} /mnt`,
    `echo AT $(${UPTIME})`,
    `${INCREMENTAL} --gzip --file=/mnt/changes.tar.gz -C /mnt . 2>/dev/null || [ $? = 1 ]`,
    `echo AT $(${UPTIME})`,
  ];
  try {
    const output = inGuest(directory, image, cow, lines.join(' &&\n'));
    const [start = 0, recorded = 0, edited = 0, end = 0] = [
      ...output.matchAll(/^AT ([\d.]+)/gm),
    ].map(([, seconds]) => Number(seconds));
    return [
      measured('tar in the guest: record a base', recorded - start),
      measured('tar in the guest: changes', end - edited),
    ];
  } finally {
    rmSync(cow, { force: true });
  }
}

function measured(name: string, seconds: number): Measured {
  return { name, seconds, busy: Number.NaN, memory: Number.NaN };
}
