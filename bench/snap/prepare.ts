import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_EXCLUDES } from '../../src/snap/default-exclude.ts';
import { editScript } from './edits.ts';
import { inGuest } from './guest.ts';
import { makeTree, type TreeSize } from './tree.ts';

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
  /** Cache directory with an index of the image. */
  readonly cache: string;
}

const SNAP = join(import.meta.dirname, '../../bin/apppot-snap.js');

/** The least blocks and inodes that hold the tree, and room for the edits. */
function imageSize({ entries, times }: TreeSize): string {
  return `${Math.ceil((entries * (8 + 17 * times)) / 2 ** 20) + 1}G`;
}

/**
 * Makes what is measured, or takes what an earlier run made of the same size.
 *
 * @param withPeers Whether the copy and the repository that other tools need are made too.
 */
export function prepare(parent: string, size: TreeSize, withPeers: boolean): Prepared {
  const directory = join(parent, `${size.entries}x${size.times}`);
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
    ...{ restic: at('restic'), cache: at('cache') },
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
  writeFileSync(edits, editScript(makeTree(tree, size)));
  run('mke2fs', ['-q', '-t', 'ext4', '-N', String(size.entries + 10_000)], '-d', tree, image, [
    imageSize(size),
  ]);
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

function makePeers({ tree, copy, restic }: Prepared): void {
  run('cp', ['-a'], tree, copy);
  run('restic', [...resticRepository(restic), 'init']);
  run('restic', [...resticRepository(restic), 'backup'], tree);
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
