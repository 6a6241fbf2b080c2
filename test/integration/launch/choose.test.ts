import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseKernel, chooseNetwork } from '../../../src/launch/choose.ts';
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

describe('chooseNetwork()', () => {
  it('prefers the fast network, unless a slirp is named', () => {
    const fast = program('bin/slirp4netns');
    const slow = program('bin/slirp-x');
    const path = join(directory.path, 'bin');
    expect(chooseNetwork('auto', undefined, path)).toEqual({ kind: 'slirp4netns', program: fast });
    expect(chooseNetwork('auto', slow, path)).toEqual({ kind: 'slirp', program: slow });
  });

  it('prefers a slirp in the current directory', () => {
    const own = program('here/slirp');
    expect(chooseNetwork('slirp', undefined, '/usr/bin')).toEqual({ kind: 'slirp', program: own });
  });

  it('refuses a network whose program is not there', () => {
    expect(() => chooseNetwork('auto', '/no/slirp', '')).toThrow(
      'Cannot find "/no/slirp": no such program',
    );
  });
});
