import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageLab } from './image-lab.ts';

/** Kernel words that make a guest start fast and print to stdout. */
const WORDS = [
  'mem=128M',
  'root=/dev/ubda',
  'rw',
  'init=/sbin/churn',
  'con=null',
  'con0=null,fd:1',
  'quiet',
  'loglevel=1',
  'selinux=0',
  'pty.legacy_count=0',
  'initcall_blacklist=raid6_select_algo',
];

/** Makes an image whose init changes files at random: see churn.c. */
export function churnImage(lab: ImageLab, name: string, options: readonly string[]): string {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [`churn/dir${i % 6}/file${i % 40}`, 'x'.repeat(i * 99)]),
  );
  const source = lab.files('guest', { ...files, 'dev/empty': '', 'sbin/empty': '' });
  const program = join(source, 'sbin/churn');
  execFileSync('gcc', ['-static', '-O1', '-o', program, join(import.meta.dirname, 'churn.c')]);
  const image = lab.mke2fs(name, options, '48M', source);
  lab.debugfs(image, ['cd dev', 'mknod console c 5 1']);
  return image;
}

export interface ChurnOptions {
  readonly seed: number;
  /** How many hundreds of changes are made. */
  readonly hundreds: number;
  /** Ends the guest as a power cut would, instead of shutting it down. */
  readonly isCut?: boolean;
  /** Options of the root mount. Default: none. */
  readonly mount?: string | undefined;
  /** Makes nothing but files that are synced one by one. */
  readonly isSynced?: boolean;
}

/** Runs the image under a new COW file, and returns that. */
export async function churn(
  lab: ImageLab,
  image: string,
  { seed, hundreds, isCut = false, mount, isSynced = false }: ChurnOptions,
): Promise<string> {
  const cow = lab.path(`cow-${seed}`);
  const stop = isCut ? [] : [`stop=${hundreds * 100}`];
  const words = [
    `ubd0=${cow},${image}`,
    ...WORDS,
    ...(mount === undefined ? [] : [`rootflags=${mount}`]),
    `seed=${seed}`,
    `fsync=${isSynced ? 1 : 0}`,
    ...stop,
    `uml_dir=${lab.directory}/`,
  ];
  const guest = spawn('linux.uml', words, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
  const endAll = (): void => {
    try {
      process.kill(-(guest.pid ?? 0), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  let output = '';
  guest.stdout.on('data', (chunk) => {
    output += chunk;
    if (isCut && output.includes(`churn ${hundreds * 100}\r`)) endAll();
  });
  await new Promise<void>((resolve, reject) => {
    guest.on('error', reject);
    guest.on('close', () => resolve());
  });
  endAll();
  if (!output.includes(`churn ${hundreds * 100}`)) throw new Error(`the guest said: ${output}`);
  return cow;
}

/** What a COW file and its base image make together, with the journal replayed by e2fsck. */
export function repairedMerge(lab: ImageLab, cow: string, image: string): string {
  const merged = lab.path('merged');
  copyFileSync(cow, lab.path('cow-copy'));
  execFileSync('uml_moo', ['-b', image, lab.path('cow-copy'), merged], { stdio: 'pipe' });
  try {
    execFileSync('/sbin/e2fsck', ['-fy', merged], { stdio: 'pipe' });
  } catch (error) {
    if (!(error instanceof Error && 'status' in error && error.status === 1)) throw error;
  }
  return merged;
}
