import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseConfinement, tryLandlock } from '../../../src/launch/sandbox.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();

function program(name: string, script: string): string {
  const file = join(directory.path, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe('chooseConfinement()', () => {
  it('refuses to run root where bwrap does not work, unless less was asked for', async () => {
    program('bwrap', 'exit 1');
    await expect(chooseConfinement('auto', 0, directory.path)).rejects.toMatchObject({
      code: 'UNCONFINED_ROOT',
      message:
        'Cannot start a guest as root: bwrap gets no user namespace here, ' +
        'and its root could reach every file of this machine',
    });
    expect(await chooseConfinement('none', 0, directory.path)).toEqual({
      kind: 'none',
      reason: 'as asked',
    });
    expect(await chooseConfinement('landlock', 0, '')).toMatchObject({ kind: 'landlock' });
  });

  it('takes Landlock for ordinary users where bwrap does not work', async () => {
    program('bwrap', 'exit 1');
    expect(await chooseConfinement('auto', 1, directory.path)).toEqual({
      kind: 'landlock',
      program: expect.stringMatching(/\/apppot-confine$/),
    });
  });

  it('refuses when the one asked for does not work', async () => {
    await expect(chooseConfinement('bwrap', 1, '')).rejects.toMatchObject({
      code: 'SANDBOX_MISSING',
      kind: 'conflict',
      message: 'Cannot confine the guest by bwrap: bwrap is not installed',
    });
  });
});

describe('tryLandlock()', () => {
  it.for([
    ['0', 'this kernel has no Landlock'],
    ['2', 'Landlock of this kernel has version 2, and 3 is needed'],
  ])('says why version %s does not do', ([version, fault]) => {
    expect(tryLandlock(program('confine', `echo ${version}`))).toEqual({ fault });
  });

  it('says that the program is not there', () => {
    expect(tryLandlock('/no/confine')).toEqual({ fault: 'apppot-confine is not installed' });
  });
});
