/**
 * How long a start takes: whole processes, in turn, medians and ratios of one run.
 *
 * Usage: npx tsx bench/start.ts IMAGE [ROUNDS]
 *
 * @module
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { QUICK_BOOT } from '../src/launch/words.ts';

const [image = '', rounds = '9'] = process.argv.slice(2);
const ROOT = join(import.meta.dirname, '..');

/** A guest that powers off at once: the least that any boot takes. */
const POWER_OFF = `#include <unistd.h>
#include <sys/reboot.h>
int main(void) { sync(); return reboot(RB_POWER_OFF); }
`;

function bareImage(directory: string): string {
  const root = join(directory, 'root');
  for (const name of ['sbin', 'dev', 'proc']) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(directory, 'off.c'), POWER_OFF);
  execFileSync('cc', ['-static', '-Os', '-o', join(root, 'sbin/off'), join(directory, 'off.c')]);
  const bare = join(directory, 'bare.img');
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', root, bare, '16M']);
  return bare;
}

function seconds(argv: readonly string[]): number {
  const [program = '', ...args] = argv;
  const before = process.hrtime.bigint();
  const { status, error } = spawnSync(program, args, { stdio: 'ignore' });
  if (error !== undefined || status !== 0) throw new Error(`${argv.join(' ')}: ${error ?? status}`);
  return Number(process.hrtime.bigint() - before) / 1e9;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function measure(directory: string): void {
  const boot = ['linux.uml', 'mem=512M', `ubd0r=${bareImage(directory)}`, 'root=/dev/ubda', 'ro'];
  const plain = [...boot, 'init=/sbin/off', 'con=null', 'con0=null,fd:1'];
  const start = [join(ROOT, 'bin/apppot-start.js'), '--image', image];
  const contenders: readonly (readonly [string, readonly string[]])[] = [
    ['plain kernel boot to power-off', plain],
    ['the same with quick boot words', [...plain, 'quiet', ...QUICK_BOOT]],
    ['apppot-start true', [...start, 'true']],
    ['apppot-start --net none true', [...start, '--net', 'none', 'true']],
  ];
  const times = contenders.map((): number[] => []);
  for (let round = 0; round <= Number(rounds); round += 1) {
    for (const [index, [, argv]] of contenders.entries()) {
      const took = seconds(argv);
      if (round > 0) times[index]?.push(took);
    }
  }
  report(contenders.map(([name], index) => ({ name, took: median(times[index] ?? []) })));
}

function report(rows: readonly { readonly name: string; readonly took: number }[]): void {
  const [plain, quick] = rows.map(({ took }) => took);
  process.stdout.write(
    `${'median of '.concat(rounds, ' rounds').padEnd(34)}       s  /plain  /quick\n`,
  );
  for (const { name, took } of rows) {
    const figures = [
      took.toFixed(3),
      (took / (plain ?? 1)).toFixed(2),
      (took / (quick ?? 1)).toFixed(2),
    ];
    process.stdout.write(
      `${name.padEnd(34)} ${figures.map((text) => text.padStart(7)).join(' ')}\n`,
    );
  }
}

const directory = mkdtempSync(join(tmpdir(), 'apppot-bench-'));
try {
  measure(directory);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
