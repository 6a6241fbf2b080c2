import type { Host } from '../host/host.ts';
import type { BootstrapStage } from './plan.ts';
import { type Complaint, runTool } from './run-tool.ts';
import type { Tools } from './tools.ts';

/** What images are spared: pages to read, other languages, and what apt can fetch again. */
const LEFT_OUT: readonly string[] = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/man/*',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-include=/usr/share/locale/locale.alias',
  'path-exclude=/usr/share/lintian/*',
  'path-exclude=/usr/share/bug/*',
];

/** Old copies and logs of the installation itself. */
const LEFTOVERS = [
  'rm -f',
  '"$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old "$1"/var/backups/*',
  '"$1"/var/log/*.log "$1"/var/log/apt/* "$1"/var/cache/ldconfig/aux-cache',
].join(' ');

const COMPLAINTS: readonly Complaint[] = [
  {
    pattern: /unable to pick chroot mode automatically|requires fakechroot|fakechroot: not found/,
    code: 'PROGRAM_MISSING',
    kind: 'missing',
    reason: () => 'mmdebstrap finds no way to install packages without root here',
    hint: 'Install what it needs: apt-get install fakechroot fakeroot',
  },
  {
    pattern:
      /Could not resolve|Could not connect|Unable to connect|Failed to fetch|does not have a Release file/,
    code: 'BOOTSTRAP_FAILED',
    kind: 'remote',
    reason: () => 'a package archive cannot be read',
    hint: 'Look at "suite", "mirror" and "components" of the recipe, and at the network.',
  },
  {
    pattern: /Unable to locate package (?<what>\S+)/,
    code: 'BOOTSTRAP_FAILED',
    kind: 'usage',
    reason: (what) => `the package archives have no package ${what}`,
    hint: 'Look at "packages" and "components" of the recipe.',
  },
];

export interface BootstrapOptions {
  readonly tools: Pick<Tools, 'mmdebstrap' | 'mergedUsrHook'>;
  readonly isRoot: boolean;
  /** Where mmdebstrap makes its own temporary directory: on a filesystem that allows programs. */
  readonly temporary: string;
  readonly epoch: number | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Makes a tar archive of a root filesystem with the stage's packages installed.
 *
 * As root directly; otherwise as mmdebstrap finds possible: user namespaces, else fakechroot.
 *
 * @param target The archive: a file that does not exist yet.
 * @throws {ImageError} `BOOTSTRAP_FAILED`, `DISK_FULL`, `PROGRAM_MISSING`
 */
export async function bootstrap(
  host: Host,
  stage: BootstrapStage,
  target: string,
  options: BootstrapOptions,
): Promise<void> {
  const { temporary, epoch, signal } = options;
  await runTool(host, bootstrapCommand(stage, target, options), {
    goal: `install ${stage.suite}`,
    code: 'BOOTSTRAP_FAILED',
    complaints: COMPLAINTS,
    env: {
      TMPDIR: temporary,
      DEBIAN_FRONTEND: 'noninteractive',
      ...(epoch !== undefined && { SOURCE_DATE_EPOCH: String(epoch) }),
    },
    ...(signal !== undefined && { signal }),
  });
}

/** @internal */
export function bootstrapCommand(
  { suite, mirrors, components, packages, arch }: BootstrapStage,
  target: string,
  { tools, isRoot }: Pick<BootstrapOptions, 'tools' | 'isRoot'>,
): readonly string[] {
  return [
    tools.mmdebstrap,
    '--variant=minbase',
    `--mode=${isRoot ? 'root' : 'auto'}`,
    '--format=tar',
    `--architectures=${arch}`,
    `--components=${components.join(',')}`,
    `--include=${packages.join(',')}`,
    ...LEFT_OUT.map((option) => `--dpkgopt=${option}`),
    ...(tools.mergedUsrHook === undefined ? [] : [`--hook-dir=${tools.mergedUsrHook}`]),
    `--customize-hook=${LEFTOVERS}`,
    suite,
    target,
    ...mirrors,
  ];
}
