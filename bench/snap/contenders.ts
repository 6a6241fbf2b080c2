import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_EXCLUDES } from '../../src/snap/default-exclude.ts';
import type { Contender } from './measure.ts';
import { LEFT_OUT, type Prepared, resticRepository, tarBase, umociLayout } from './prepare.ts';

const SNAP = join(import.meta.dirname, '../../bin/apppot-snap.js');

export const TAR = { base: 'tar: record a base', changes: 'tar: changes' } as const;

/** The COW file that the guest has worked in, with all that the original has left in it. */
export const OURS_SAME = "offline: changes, from that guest's COW file";

const EXCLUDES = DEFAULT_EXCLUDES.flatMap((pattern) => ['--exclude', pattern]);

export function ours({ directory, tree, manifest, image, cow, cache }: Prepared) {
  const at = (name: string): string => join(directory, name);
  const offline = ['changes', '--image', image, '--cow', cow, at('offline.tar.gz')];
  return {
    offline: { name: 'offline: changes, no recorded base', argv: ['node', SNAP, ...offline] },
    same: { name: OURS_SAME, argv: ['node', SNAP, ...offline] },
    indexed: {
      name: 'offline: changes, with an index of the base',
      argv: ['env', `XDG_CACHE_HOME=${cache}`, 'node', SNAP, ...offline],
    },
    base: {
      name: 'live: record a base',
      argv: ['node', SNAP, 'base', '--root', tree, ...EXCLUDES, '--base', at('again.manifest')],
    },
    changes: {
      name: 'live: changes',
      argv: [
        'node',
        SNAP,
        'changes',
        '--root',
        tree,
        ...EXCLUDES,
        '--base',
        manifest,
        at('live.tar.gz'),
      ],
    },
  } satisfies Readonly<Record<string, Contender>>;
}

/** libguestfs(3): a /dev/kvm that is there need not work. */
const PLAIN_QEMU = 'LIBGUESTFS_BACKEND_SETTINGS=force_tcg';

/** The way of the first AppPot. */
export function tar({ directory, tree, snar }: Prepared) {
  const state = join(directory, 'work.snar');
  const bundle = join(directory, 'tar.tar.gz');
  const incremental = ['--create', '--gzip', `--file=${bundle}`, `--listed-incremental=${state}`];
  return {
    base: {
      name: TAR.base,
      argv: ['tar', ...tarBase(tree, state)],
      prepare: () => rmSync(state, { force: true }),
    },
    changes: {
      name: TAR.changes,
      argv: ['tar', ...incremental, '--one-file-system', ...LEFT_OUT, '-C', tree, '.'],
      prepare: () => cpSync(snar, state),
    },
  } satisfies Readonly<Record<string, Contender>>;
}

export function peers(prepared: Prepared): readonly Contender[] {
  const { tree, mounted, restic, umoci, image, merged } = prepared;
  const backup = [...resticRepository(restic), 'backup', '--dry-run', tree];
  return [
    {
      name: 'rsync --dry-run against a full copy',
      argv: ['rsync', '-an', '--delete', `${tree}/`, `${mounted}/`],
    },
    { name: 'restic backup --dry-run', argv: ['restic', ...backup] },
    {
      name: 'umoci repack',
      argv: ['umoci', 'repack', '--image', `${umociLayout(umoci)}:changed`, umoci],
    },
    ...(merged === undefined
      ? []
      : [{ name: 'virt-diff', argv: ['env', PLAIN_QEMU, 'virt-diff', '-a', image, '-A', merged] }]),
  ];
}
