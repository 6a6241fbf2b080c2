import { describe, expect, it } from 'vitest';
import { type Host, HostError } from '../../../src/host/host.ts';
import { bootstrap, bootstrapCommand } from '../../../src/image/bootstrap.ts';
import type { BootstrapStage } from '../../../src/image/plan.ts';

const STAGE: BootstrapStage = {
  key: 'k',
  suite: 'bookworm',
  mirrors: ['deb a bookworm main', 'deb b bookworm-updates main'],
  components: ['main', 'contrib'],
  packages: ['tar', 'zstd'],
  arch: 'amd64',
};
const TOOLS = { mmdebstrap: '/usr/bin/mmdebstrap', mergedUsrHook: undefined };

/** A host on which every program fails with these words. */
function failing(...stderr: string[]): Host {
  return {
    name: 'failing',
    run(_argv, { onLine } = {}) {
      for (const line of stderr) onLine?.(line);
      const details = { kind: 'remote', code: 'COMMAND_FAILED' } as const;
      return Promise.reject(new HostError('Cannot run "x": it failed', details));
    },
    stream: () => expect.fail('is not asked for'),
  };
}

function install(host: Host): Promise<void> {
  return bootstrap(host, STAGE, '/o.tar', {
    tools: TOOLS,
    isRoot: false,
    temporary: '/tmp',
    epoch: undefined,
  });
}

describe('bootstrapCommand()', () => {
  it('asks for the packages, from the mirrors, into the archive', () => {
    const words = bootstrapCommand(STAGE, '/o.tar', { tools: TOOLS, isRoot: false });
    expect(words.filter((word) => !/^--(?:dpkgopt|customize-hook)=/.test(word))).toEqual([
      '/usr/bin/mmdebstrap',
      '--variant=minbase',
      '--mode=auto',
      '--format=tar',
      '--architectures=amd64',
      '--components=main,contrib',
      '--include=tar,zstd',
      'bookworm',
      '/o.tar',
      'deb a bookworm main',
      'deb b bookworm-updates main',
    ]);
  });

  it('installs directly as root, with the hook that is there', () => {
    const tools = { ...TOOLS, mergedUsrHook: '/hooks/merged' };
    const words = bootstrapCommand(STAGE, '/o.tar', { tools, isRoot: true });
    expect(words.filter((word) => /^--(?:mode|hook-dir)=/.test(word))).toEqual([
      '--mode=root',
      '--hook-dir=/hooks/merged',
    ]);
  });
});

describe('bootstrap()', () => {
  it.for([
    [
      'E: cannot write: No space left on device',
      'DISK_FULL',
      'Cannot install bookworm: the disk is full',
    ],
    [
      'E: unable to pick chroot mode automatically (use --mode for manual selection)',
      'PROGRAM_MISSING',
      'Cannot install bookworm: mmdebstrap finds no way to install packages without root here',
    ],
    [
      "W: Failed to fetch http://a/dists/x/InRelease  Could not resolve 'a'",
      'BOOTSTRAP_FAILED',
      'Cannot install bookworm: a package archive cannot be read',
    ],
    [
      'E: Unable to locate package zstdd',
      'BOOTSTRAP_FAILED',
      'Cannot install bookworm: the package archives have no package zstdd',
    ],
    ['E: something else', 'BOOTSTRAP_FAILED', 'Cannot install bookworm: E: something else'],
  ])('turns "%s" into %s', async ([line = '', code, message]) => {
    await expect(install(failing('I: running apt-get update...', line))).rejects.toMatchObject({
      code,
      message,
    });
  });

  it('falls back to what the host says', async () => {
    await expect(install(failing())).rejects.toThrow(
      'Cannot install bookworm: Cannot run "x": it failed',
    );
  });
});
