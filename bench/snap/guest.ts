import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const POWER_OFF = "perl -e 'syscall(169, 0xfee1dead, 672274793, 0x4321fedc)'";
const WORDS = ['rootfstype=hostfs', 'rootflags=/', 'ro', 'con=null', 'con0=null,fd:1', 'quiet'];

/**
 * Runs shell lines as root of a User-Mode Linux guest, whose root directory is this machine's, read-only,
 * and whose /mnt is an ext4 image; what is written there goes to the COW file.
 *
 * @returns what the lines printed.
 */
export function inGuest(directory: string, image: string, cow: string, lines: string): string {
  const init = join(directory, 'init.sh');
  const mounts =
    'mount -t proc proc /proc && mount -t tmpfs run /run && mount -t ext4 /dev/ubda /mnt';
  writeFileSync(
    init,
    `#!/bin/sh\n${mounts} && (${lines}\n) && umount /mnt && echo DONE\n${POWER_OFF}\n`,
  );
  chmodSync(init, 0o755);
  const words = [...WORDS, 'mem=2G', `ubd0=${cow},${image}`, `init=${init}`];
  const output = execFileSync('linux.uml', words, {
    encoding: 'latin1',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  if (!output.includes('DONE')) throw new Error(`the guest failed: ${output.slice(-1_000)}`);
  return output;
}
