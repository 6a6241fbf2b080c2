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
  /** The live tree as it was before: a full copy. */
  readonly copy: string;
  readonly image: string;
  /** The edits, made in a guest. */
  readonly cow: string;
  /** What each live way recorded before the edits. */
  readonly manifest: string;
  readonly snar: string;
  readonly restic: string;
  /** What `umoci unpack` made, with the edited tree in it. */
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
 * @param withPeers Whether the copy and the repository that other tools need are made too.
 */
export function prepare(parent: string, size: TreeSize, withPeers: boolean): Prepared {
  const directory = join(parent, nameOf(size));
  const at = (name: string): string => join(directory, name);
  const prepared = {
    ...{
      directory,
      tree: at('tree'),
      copy: at('copy'),
      image: at('base.img'),
      cow: at('work.cow'),
    },
    ...{ manifest: at('base.manifest'), snar: at('base.snar') },
    ...{ restic: at('restic'), umoci: at('umoci'), cache: at('cache') },
    ...(size === 'debian' && hasVirtDiff() && { merged: at('merged.img') }),
  };
  const ready = withPeers ? ['ready', 'ready-for-peers'] : ['ready'];
  if (ready.every((name) => existsSync(at(name)))) return prepared;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  make(prepared, size, withPeers);
  for (const name of ready) writeFileSync(at(name), '');
  return prepared;
}

function make(prepared: Prepared, size: TreeSize, withPeers: boolean): void {
  const { directory, tree, image, cow } = prepared;
  const edits = join(directory, 'edits.sh');
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

function makePeers(prepared: Prepared): void {
  const { tree, copy, restic, image, cow, merged } = prepared;
  run('cp', ['-a'], tree, copy);
  run('restic', [...resticRepository(restic), 'init']);
  run('restic', [...resticRepository(restic), 'backup'], tree);
  makeUmoci(prepared);
  if (merged !== undefined) run('uml_moo', ['-b', image, cow, merged]);
}

/** It repacks only what it unpacked itself: an empty image, which then gets the tree. */
function makeUmoci({ directory, tree, umoci }: Prepared): void {
  const layout = umociLayout(umoci);
  run('umoci', ['init', '--layout', layout]);
  run('umoci', ['new', '--image', `${layout}:base`]);
  run('umoci', ['unpack', '--image', `${layout}:base`, umoci]);
  run('cp', ['-a'], `${tree}/.`, join(umoci, 'rootfs'));
  run('umoci', ['repack', '--refresh-bundle', '--image', `${layout}:base`, umoci]);
  run('sh', [join(directory, 'edits.sh'), join(umoci, 'rootfs')]);
}

export function umociLayout(umoci: string): string {
  return `${umoci}-layout`;
}

export function hasVirtDiff(): boolean {
  return spawnSync('virt-diff', ['--version'], { stdio: 'ignore' }).status === 0;
}

function nameOf(size: TreeSize): string {
  return size === 'debian' ? size : `${size.entries}x${size.times}`;
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
