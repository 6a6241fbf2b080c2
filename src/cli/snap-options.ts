import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { BASE_MANIFEST } from '../snap/base.ts';
import { DEFAULT_EXCLUDES } from '../snap/default-exclude.ts';
import { SnapError } from '../snap/errors.ts';
import { type Exclusion, exclusion, parseExcludeList } from '../snap/exclude.ts';
import type { SnapDeps } from './snap-deps.ts';
import { apart, type Has, needs, type Rule } from './snap-rules.ts';

export interface TreeFlags {
  readonly root: string;
  readonly base?: string;
  readonly exclude: readonly string[];
  readonly excludeFrom?: string;
  readonly verbose?: boolean;
  readonly dryRun?: boolean;
  readonly json: boolean;
  readonly quiet?: boolean;
}

/** Flags of every command that works on a directory. */
export function addTreeFlags(command: Command): Command {
  return command
    .option('--root <dir>', 'the tree to work on', '/')
    .option('--base <manifest>', `the recorded base (default: ROOT/${BASE_MANIFEST})`);
}

/** Flags of every command that changes something. */
export function addRunFlags(command: Command): Command {
  return command
    .option('-v, --verbose', 'name each path')
    .option('-n, --dry-run', 'change nothing, only say what would be done');
}

/** Flags of every command. */
export function addOutputFlags(command: Command): Command {
  return command
    .option('-q, --quiet', 'no progress and no notes; warnings, failures and lists asked for stay')
    .option('--json', 'print the result as one JSON line', false);
}

export function addExcludeFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--exclude <pattern>', 'leave out what matches; may be repeated')
        .argParser((value: string, all: readonly string[]) => [...all, value])
        .default([], 'none'),
    )
    .option(
      '--exclude-from <file>',
      'list of patterns (default: ROOT/etc/apppot/exclude, or a built-in list for / and images)',
    );
}

/** Flags of every command that looks for changes. */
export function addSourceFlags(command: Command): Command {
  return addExcludeFlags(command)
    .option('--against <tree>', 'compare with another directory, or image, byte by byte')
    .option('--image <file>', 'look into an image instead of a directory')
    .option('--cow <file>', 'find what a guest wrote to this COW file of the image')
    .option('--live <guest>', 'pause a running guest, and look into its disk')
    .option('--partition <number>', 'of the image, when it has more than one', parsePartition)
    .option('--allow-unexplained', 'go on when changed blocks belong to no file', false);
}

/** Holds for {@link addSourceFlags}. */
export const SOURCE_RULES: readonly Rule[] = [
  apart('root', ['image', 'cow', 'live'], 'where the tree is the one in the image'),
  apart('live', ['image', 'cow', 'against'], "because a guest's files are known"),
  apart('base', ['against', 'cow'], 'where the earlier state is another'),
  needs('partition', isImage, 'an image: --image, --cow or --live'),
  needs(
    'allow-unexplained',
    isTwoImages,
    'two states of an image: --cow, --live, or --image and --against',
  ),
];

function isImage(has: Has): boolean {
  return has('image') || has('cow') || has('live');
}

function isTwoImages(has: Has): boolean {
  return has('cow') || has('live') || (has('image') && has('against'));
}

export function parsePartition(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new SnapError(`Cannot take partition "${text}": it is no number from 1 on`, {
    kind: 'usage',
    code: 'PARTITION_MALFORMED',
  });
}

export function manifestPath({ root, base }: Pick<TreeFlags, 'root' | 'base'>): string {
  return base ?? join(root, BASE_MANIFEST);
}

/** @throws {SnapError} `EXCLUDE_MALFORMED`, `EXCLUDE_UNREADABLE` */
export function exclusionOf(flags: TreeFlags): Exclusion {
  return exclusion(excludesFrom(flags, listed(flags)));
}

/** @param own The patterns that hold when no list is given. */
export function excludesFrom(
  { exclude, excludeFrom }: Pick<TreeFlags, 'exclude' | 'excludeFrom'>,
  own: readonly string[],
): readonly string[] {
  return [...(excludeFrom === undefined ? own : readList(excludeFrom)), ...exclude];
}

function listed({ root, excludeFrom }: TreeFlags): readonly string[] {
  if (excludeFrom !== undefined) return [];
  const own = join(root, 'etc/apppot/exclude');
  if (existsSync(own)) return readList(own);
  return resolve(root) === '/' ? DEFAULT_EXCLUDES : [];
}

function readList(file: string): readonly string[] {
  try {
    return parseExcludeList(readFileSync(file, 'utf8'));
  } catch (cause) {
    const reason = explain(cause);
    throw new SnapError(`Cannot read the exclude list "${file}": ${reason}`, {
      kind: errnoOf(cause) === 'ENOENT' ? 'missing' : 'conflict',
      code: 'EXCLUDE_UNREADABLE',
      cause,
    });
  }
}

/** Now, or `SOURCE_DATE_EPOCH` for results that are the same each time. In seconds. */
export function timeOf({ env }: Pick<SnapDeps, 'env'>): number {
  const epoch = env.SOURCE_DATE_EPOCH;
  return epoch !== undefined && /^\d{1,12}$/.test(epoch) ? Number(epoch) : Date.now() / 1_000;
}

/** `apppot.2026-11-22.changes.tar.gz` */
export function defaultBundle(time: number): string {
  return `apppot.${new Date(time * 1_000).toISOString().slice(0, 10)}.changes.tar.gz`;
}
