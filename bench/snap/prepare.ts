import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_EXCLUDES } from '../../src/snap/default-exclude.ts';
import { editScript } from './edits.ts';
import { inGuest } from './guest.ts';
import { makeDebian, makeTree, type TreeSize } from './tree.ts';

/** What is measured: a tree before and after the edits, live and as an image. */
export interface Prepared {
  readonly directory: string;
  /** The live tree, edited. */
  readonly tree: string;
  readonly image: string;
  /** A directory for the image to be mounted on: the tree as it was before. */
  readonly mounted: string;
  /** The edits, made in a guest. */
  readonly cow: string;
  /** What each live way recorded before the edits. */
  readonly manifest: string;
  readonly snar: string;
  readonly restic: string;
  /** What `umoci unpack` made; the tree is in it, if it was made for other tools too. */
  readonly umoci: string;
  /** The image as the COW file makes it: of a small tree only. */
  readonly merged?: string;
  /** Cache directory with an index of the image. */
  readonly cache: string;
}

const SNAP = join(import.meta.dirname, '../../bin/apppot-snap.js');

/** The least blocks and inodes that hold the tree, and room for the edits. */
function imageSize(size: TreeSize): string {
  if (size === 'debian') return '1G';
  const { entries, times } = size;
  return `${Math.ceil((entries * (8 + 17 * times)) / 2 ** 20) + 1}G`;
}

/**
 * Makes what is measured, or takes what an earlier run made of the same size.
 *
 * @param withPeers Whether what other tools need is made too, beside what is made without it.
 */
export function prepare(parent: string, size: TreeSize, withPeers: boolean): Prepared {
  const prepared = placesOf(join(parent, nameOf(size, withPeers)), size, withPeers);
  const ready = join(prepared.directory, 'ready');
  if (existsSync(ready)) return prepared;
  rmSync(prepared.directory, { recursive: true, force: true });
  mkdirSync(prepared.directory, { recursive: true });
  make(prepared, size, withPeers);
  writeFileSync(ready, '');
  return prepared;
}

function placesOf(directory: string, size: TreeSize, withPeers: boolean): Prepared {
  const at = (name: string): string => join(directory, name);
  return {
    ...{ directory, image: at('base.img'), mounted: at('mounted'), cow: at('work.cow') },
    tree: at(withPeers ? 'umoci/rootfs' : 'tree'),
    ...{ manifest: at('base.manifest'), snar: at('base.snar') },
    ...{ restic: at('restic'), umoci: at('umoci'), cache: at('cache') },
    ...(size === 'debian' && hasVirtDiff() && { merged: at('merged.img') }),
  };
}

function make(prepared: Prepared, size: TreeSize, withPeers: boolean): void {
  const { directory, tree, image, cow } = prepared;
  const edits = join(directory, 'edits.sh');
  if (withPeers) unpackNothing(prepared);
  const made = size === 'debian' ? makeDebian(tree) : makeTree(tree, size);
  writeFileSync(edits, editScript(made));
  const inodes = made.files.length + made.directories.length + 20_000;
  run('mke2fs', ['-q', '-t', 'ext4', '-N', String(inodes)], '-d', tree, image, [imageSize(size)]);
  inGuest(directory, image, cow, `sh ${edits} /mnt`);
  recordBases(prepared);
  if (withPeers) makePeers(prepared);
  run('sh', [edits], tree);
}

function recordBases({ tree, image, cache, manifest, snar }: Prepared): void {
  run('node', [SNAP, 'base', '--root', tree, '--base', manifest]);
  run('env', [`XDG_CACHE_HOME=${cache}`, 'node', SNAP, 'index', image]);
  run('tar', tarBase(tree, snar));
}

function makePeers({ tree, restic, umoci, image, cow, merged, mounted }: Prepared): void {
  mkdirSync(mounted);
  run('restic', [...resticRepository(restic), 'init']);
  run('restic', [...resticRepository(restic), 'backup'], tree);
  run('umoci', ['repack', '--refresh-bundle', '--image', `${umociLayout(umoci)}:base`, umoci]);
  if (merged !== undefined) run('uml_moo', ['-b', image, cow, merged]);
}

/** umoci repacks only what it unpacked itself: an empty image, which then gets the tree. */
function unpackNothing({ umoci }: Prepared): void {
  const layout = umociLayout(umoci);
  run('umoci', ['init', '--layout', layout]);
  run('umoci', ['new', '--image', `${layout}:base`]);
  run('umoci', ['unpack', '--image', `${layout}:base`, umoci]);
}

export function umociLayout(umoci: string): string {
  return `${umoci}-layout`;
}

export function hasVirtDiff(): boolean {
  return spawnSync('virt-diff', ['--version'], { stdio: 'ignore' }).status === 0;
}

function nameOf(size: TreeSize, withPeers: boolean): string {
  const name = size === 'debian' ? size : `${size.entries}x${size.times}`;
  return withPeers ? `${name}-peers` : name;
}

/** How the first AppPot recorded a base: an archive that nobody keeps. */
export function tarBase(tree: string, snar: string): string[] {
  return [
    '--create',
    '--file=/dev/null',
    `--listed-incremental=${snar}`,
    ...LEFT_OUT,
    '-C',
    tree,
    '.',
  ];
}

/** What a system leaves out, for tar; other than in the first AppPot, where tar heeds it. */
export const LEFT_OUT: readonly string[] = [
  '--anchored',
  '--wildcards-match-slash',
  ...DEFAULT_EXCLUDES.map((pattern) => `--exclude=.${pattern}`),
  '--exclude-backups',
];

export function resticRepository(repository: string): string[] {
  return ['--repo', repository, '--password-command', 'echo bench', '--quiet', '--no-cache'];
}

export function run(program: string, ...words: readonly (string | readonly string[])[]): void {
  execFileSync(program, words.flat(), { stdio: ['ignore', 'ignore', 'inherit'] });
}
