import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import type { ImageLab } from '../image-lab.ts';

/** Runs the n-th of some scripts in directory n of a filesystem. */
export type RunScripts = (lab: ImageLab, image: string, scripts: readonly string[]) => void;

/**
 * In a mount namespace of its own: a copy of ours that somebody else makes meanwhile would keep the image
 * mounted, and what was written to it from its file.
 */
function apart(script: string, ...words: readonly string[]): void {
  execFileSync('unshare', ['--mount', 'bash', '-euc', script, 'bash', ...words], {
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

const EDIT = `mount -o loop "$1" "$2"
for ((i = 0; i < $4; i++)); do
  mkdir -p "$2/$i"
  (cd "$2/$i" && bash -eu "$3/$i")
done
umount "$2"`;

/** By this machine's kernel, which mounts the image. */
export const byMount: RunScripts = (lab, image, scripts) => {
  const place = lab.path('place');
  mkdirSync(place, { recursive: true });
  apart(EDIT, image, place, writeScripts(lab, scripts), String(scripts.length));
};

function writeScripts(lab: ImageLab, scripts: readonly string[]): string {
  const directory = lab.path('scripts');
  mkdirSync(directory, { recursive: true });
  scripts.forEach((script, i) => {
    writeFileSync(`${directory}/${i}`, script);
  });
  return directory;
}

const WORDS = [
  ...['mem=256M', 'root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro'],
  ...['con=null', 'con0=null,fd:1', 'quiet', 'loglevel=1', 'selinux=0', 'pty.legacy_count=0'],
  'initcall_blacklist=raid6_select_algo',
];

const TIME_LIMIT_MS = 500_000;

/**
 * By a guest, which sees this machine's programs and has the image as its disk.
 *
 * @param image An image, or `COW,IMAGE`.
 */
export const byGuest: RunScripts = (lab, image, scripts) => {
  const directory = writeScripts(lab, scripts);
  const init = lab.path('init');
  writeFileSync(init, guestInit(directory, scripts.length));
  chmodSync(init, 0o755);
  const words = [`ubd0=${image}`, `init=${init}`, ...WORDS, `uml_dir=${lab.directory}/`];
  const { stdout } = spawnSync('linux.uml', words, {
    ...{ stdio: ['ignore', 'pipe', 'ignore'], timeout: TIME_LIMIT_MS, killSignal: 'SIGKILL' },
    ...{ encoding: 'latin1', detached: true },
  });
  if (!stdout.includes('all is done')) throw new Error(`the guest said: ${stdout}`);
};

function guestInit(scripts: string, count: number): string {
  return `#!/bin/bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
mount -t proc proc /proc
mount -t tmpfs tmpfs /mnt
cp -r ${scripts} /mnt/scripts
mkdir /mnt/place
mount -t tmpfs tmpfs /tmp
mount -t ext4 /dev/ubda /mnt/place
failed=
for ((i = 0; i < ${count}; i++)); do
  mkdir -p /mnt/place/$i
  cd /mnt/place/$i
  bash -eu /mnt/scripts/$i || failed="$failed $i"
done
cd /
umount /mnt/place && [ -z "$failed" ] && echo all is done || echo "failed:$failed"
echo o >/proc/sysrq-trigger
sleep 60
`;
}

/** Copies a directory of an image, with everything that it has. */
export function copyOut(image: string, directory: number, target: string): void {
  const place = `${target}.place`;
  mkdirSync(place);
  const copy = 'mount -o loop,ro "$1" "$2"; cp -a --sparse=always "$2/$3" "$4"; umount "$2"';
  apart(copy, image, place, String(directory), target);
  rmdirSync(place);
}
