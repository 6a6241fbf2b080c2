import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseKernel } from '../../../src/launch/choose.ts';
import { chooseNetworks } from '../../../src/launch/net/choose.ts';
import { networkOffer } from '../../../src/launch/net/offer.ts';
import { chooseOuter } from '../../../src/launch/net/outer.ts';
import { parsePublication } from '../../../src/launch/net/publication.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();
const before = process.cwd();

beforeEach(() => {
  mkdirSync(join(directory.path, 'bin'), { recursive: true });
  mkdirSync(join(directory.path, 'here'), { recursive: true });
  process.chdir(join(directory.path, 'here'));
});

afterEach(() => process.chdir(before));

function program(path: string, text = '#!/bin/sh\n'): string {
  const file = join(directory.path, path);
  writeFileSync(file, text);
  chmodSync(file, 0o755);
  return file;
}

describe('chooseKernel()', () => {
  it('prefers a kernel in the current directory to an installed one', () => {
    program('bin/linux.uml');
    const own = program('here/linux');
    expect(chooseKernel(undefined, join(directory.path, 'bin'))).toBe(own);
  });

  it('says how to get one when the named one is not there', () => {
    expect(() => chooseKernel('/no/linux', '')).toThrow(
      expect.objectContaining({
        code: 'KERNEL_MISSING',
        message: 'Cannot find the kernel "/no/linux": no such program',
        hint: 'Install one (apt-get install user-mode-linux), or name it with --kernel.',
      }),
    );
  });
});

describe('networkOffer()', () => {
  const kernel = '/usr/bin/linux.uml';
  const all = { slirp: true, vector: true };

  it('asks a kernel for its configuration, or for its options where it does not tell that', async () => {
    const recent = program('here/recent', `#!/bin/sh\n${kernel} "$@" | sed 's/^eth\\[/old[/'\n`);
    const silent = `#!/bin/sh\n[ "$1" = --help ] || exit 1\nexec ${kernel} "$@"\n`;
    const silentRecent = `#!/bin/sh\n[ "$1" = --help ] || exit 1\nexec ${recent} "$@"\n`;
    expect(await networkOffer(kernel)).toEqual(all);
    expect(await networkOffer(program('here/silent', silent))).toEqual(all);
    expect(await networkOffer(program('here/new', silentRecent))).toEqual({
      slirp: false,
      vector: true,
    });
    expect(await networkOffer(program('here/mute', '#!/bin/sh\nexit 1\n'))).toEqual(all);
  });
});

describe('chooseOuter()', () => {
  const offer = { slirp: true, vector: true };

  it('prefers the fast network, unless a slirp is named', () => {
    const fast = program('bin/slirp4netns');
    const slow = program('bin/slirp-x');
    const path = join(directory.path, 'bin');
    const slirp4netns = { kind: 'slirp4netns', program: fast };
    expect(chooseOuter('auto', { offer, path })).toEqual(slirp4netns);
    expect(chooseOuter('slirp4netns', { offer, path })).toEqual(slirp4netns);
    expect(chooseOuter('auto', { offer, path, slirp: slow })).toEqual({
      kind: 'slirp',
      program: slow,
    });
  });

  it('prefers a slirp in the current directory', () => {
    const own = program('here/slirp');
    expect(chooseOuter('slirp', { offer, path: '/usr/bin' })).toEqual({
      kind: 'slirp',
      program: own,
    });
  });

  it('refuses a network whose program is not there', () => {
    expect(() => chooseOuter('auto', { offer, path: '', slirp: '/no/slirp' })).toThrow(
      'Cannot find "/no/slirp": no such program',
    );
  });

  it('takes what the kernel has', () => {
    const fast = program('bin/slirp4netns');
    const path = join(directory.path, 'bin');
    program('here/slirp');
    const old = { slirp: true, vector: false };
    const recent = { slirp: false, vector: true };
    expect(chooseOuter('auto', { offer: old, path })).toMatchObject({ kind: 'slirp' });
    expect(chooseOuter('auto', { offer: recent, path })).toEqual({
      kind: 'slirp4netns',
      program: fast,
    });
    expect(chooseOuter('slirp', { offer: recent, path })).toMatchObject({ bySwitch: true });
    expect(() => chooseOuter('slirp4netns', { offer: old, path })).toThrow(
      'Cannot use slirp4netns: this kernel lacks vector transports',
    );
  });

  it('publishes ports by slirp4netns, which binds them to one address, else leads them in itself', async () => {
    const kernel = program('here/linux');
    program('bin/slirp4netns');
    const path = join(directory.path, 'bin');
    const publish = [parsePublication('8080:80')];
    const fast = await chooseNetworks({ publish }, kernel, path);
    expect(fast).toEqual({ network: expect.objectContaining({ publish }), segments: [] });
    const slirp = program('here/slirp');
    expect(await chooseNetworks({ publish, slirp }, kernel, path)).toEqual({
      network: { kind: 'slirp', program: slirp },
      segments: [],
      relays: publish,
    });
    const udp = [parsePublication('192.0.2.1:53:53/udp')];
    await expect(chooseNetworks({ publish: udp, slirp }, kernel, path)).rejects.toThrow(
      'Cannot publish 192.0.2.1:53:53/udp: only slirp4netns leads UDP into a guest',
    );
  });
});
