/**
 * A made-up system tree, the same at every making: sizes and fan-out as those of Debian's /usr and of
 * language package stores. One entry in nine is a directory, one in fifty a symlink; file sizes are
 * log-normal (median 2.7 kB, 90 % below 32 kB, 99 % below 240 kB, mean about 16 kB).
 *
 * @module
 */

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Random, random } from './random.ts';

/** A made-up tree, or the root of a small Debian system. */
export type TreeSize = MadeUp | 'debian';

export interface MadeUp {
  readonly entries: number;
  /** Every file is so many times as long. */
  readonly times: number;
}

/** What was made: paths below the root. */
export interface MadeTree {
  readonly directories: readonly string[];
  readonly files: readonly string[];
}

const MEDIAN = 2_700;
const SPREAD = 1.93;
const LONGEST = 16_000_000;
const STEMS = ['lib', 'index', 'test_data', 'python3-module', 'x', 'Makefile', 'README', 'core'];
const ENDINGS = ['.py', '.h', '.so.1', '.js', '', '.json', '.txt', '.html'];

export function makeTree(root: string, { entries, times }: MadeUp): MadeTree {
  const draw = random(1);
  const directories = makeDirectories(root, Math.round(entries / 9), draw);
  const symlinks = Math.round(entries / 50);
  const text = noise(draw);
  const files: string[] = [];
  for (let made = directories.length; made < entries; made += 1) {
    const path = join(place(directories, draw), nameOf(made, draw));
    if (made < directories.length + symlinks) symlinkSync(nameOf(made - 1, draw), join(root, path));
    else files.push(writeFile(root, path, Math.min(LONGEST, sizeOf(draw) * times), text));
  }
  return { directories, files };
}

/** Of Debian's essential packages, as mmdebstrap(1) unpacks them. */
export function makeDebian(root: string): MadeTree {
  const words = ['--variant=minbase', '--quiet', 'bookworm', root];
  execFileSync('mmdebstrap', words, { stdio: ['ignore', 'ignore', 'inherit'] });
  const find = (type: string): string[] =>
    execFileSync('find', [join(root, 'usr'), '-type', type, '-printf', '%P\\n'], TEXT)
      .split('\n')
      .filter((path) => /^[\w./+-]+$/.test(path))
      .map((path) => `usr/${path}`)
      .sort();
  return { directories: find('d'), files: find('f') };
}

const TEXT = { encoding: 'latin1', maxBuffer: 2 ** 26 } as const;

/** Any directory may hold the next one: that gives depths about the logarithm of their number. */
function makeDirectories(root: string, count: number, draw: Random): readonly string[] {
  const directories = [''];
  mkdirSync(root, { recursive: true });
  while (directories.length < count) {
    const parent = directories[draw.below(directories.length)] ?? '';
    const path = join(parent, nameOf(directories.length, draw));
    mkdirSync(join(root, path));
    directories.push(path);
  }
  return directories;
}

/** Early directories hold many more than late ones: up to more than a thousand. */
function place(directories: readonly string[], draw: Random): string {
  return directories[Math.floor(directories.length * draw.unit() ** 2)] ?? '';
}

function nameOf(number: number, draw: Random): string {
  return `${draw.one(STEMS)}-${number.toString(36)}${draw.one(ENDINGS)}`;
}

function sizeOf(draw: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - draw.unit())) * Math.cos(2 * Math.PI * draw.unit());
  return Math.round(MEDIAN * Math.exp(SPREAD * normal));
}

/** Half of it is repetition, so that it packs like programs and texts. */
function noise(draw: Random): Buffer {
  const bytes = Buffer.alloc(LONGEST);
  for (let at = 0; at < bytes.length; at += 4) {
    if (at % 64 < 32) bytes.writeUInt32LE(draw.below(2 ** 32), at);
  }
  return bytes;
}

function writeFile(root: string, path: string, size: number, text: Buffer): string {
  const start = (path.length * 4_096) % Math.max(1, LONGEST - size);
  writeFileSync(join(root, path), text.subarray(start, start + size));
  return path;
}
