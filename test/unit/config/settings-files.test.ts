import {
  chmodSync,
  chownSync,
  mkdirSync,
  realpathSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSettings } from '../../../src/config/settings-files.ts';
import { tempDirectory } from '../../kit/temp.ts';

const MINE = process.getuid?.() ?? 0;

function house(files: readonly string[]) {
  const home = realpathSync(tempDirectory());
  for (const file of files) {
    mkdirSync(dirname(join(home, file)), { recursive: true });
    writeFileSync(join(home, file), '');
  }
  const find = (cwd: string, more: { named?: string; uid?: number } = {}) =>
    findSettings({
      system: join(home, 'etc/config.yaml'),
      user: join(home, '.config/config.yaml'),
      home,
      cwd: join(home, cwd),
      uid: MINE,
      ...more,
    });
  return { home, find };
}

describe('findSettings()', () => {
  it('lists system, user and project, and says which are there', () => {
    const { home, find } = house(['.config/config.yaml', 'p/q/apppot.yaml', 'p/q/r/x']);
    expect(find('p/q/r')).toEqual([
      { path: join(home, 'etc/config.yaml'), kind: 'system', isThere: false },
      { path: join(home, '.config/config.yaml'), kind: 'user', isThere: true },
      { path: join(home, 'p/q/apppot.yaml'), kind: 'project', isThere: true },
    ]);
  });

  it('takes a file that is named instead of all others; an empty name means none', () => {
    const { home, find } = house(['.config/config.yaml', 'p/apppot.yaml']);
    const named = join(home, 'p/apppot.yaml');
    expect(find('p', { named })).toEqual([{ path: named, kind: 'named', isThere: true }]);
    expect(find('p', { named: '' })).toEqual([]);
  });

  it('looks upwards as far as the top of a repository, the home directory, or what others can write to', () => {
    const isFound = (files: readonly string[], cwd: string, prepare?: (home: string) => void) => {
      const { home, find } = house(files);
      prepare?.(home);
      return find(cwd).at(-1)?.isThere;
    };
    expect(isFound(['apppot.yaml', 'p/x'], 'p')).toBe(true);
    expect(isFound(['p/apppot.yaml', 'p/q/.git/x', 'p/q/r/x'], 'p/q/r')).toBe(false);
    expect(isFound(['p/q/apppot.yaml', 'p/q/.git/x', 'p/q/r/x'], 'p/q/r')).toBe(true);
    const open = (home: string): void => chmodSync(join(home, 'p'), 0o1777);
    expect(isFound(['p/apppot.yaml', 'p/q/x'], 'p/q', open)).toBe(false);
    const { find, home } = house(['p/x']);
    expect(find('p').at(-1)).toEqual({
      path: join(home, 'p/apppot.yaml'),
      kind: 'project',
      isThere: false,
    });
  });

  it('does not use what somebody else can have written', () => {
    const { home, find } = house(['p/apppot.yaml', 'real/apppot.yaml', 'q/x']);
    const file = join(home, 'p/apppot.yaml');
    const distrust = (cwd = 'p', uid = MINE) => find(cwd, { uid }).at(-1)?.distrust;
    expect(distrust()).toBeUndefined();
    chmodSync(file, 0o646);
    expect(distrust()).toBe(`"${file}" can be written by everybody`);
    chmodSync(file, 0o644);
    chmodSync(join(home, 'p'), 0o777);
    expect(distrust()).toBe(`"${join(home, 'p')}" can be written by everybody`);
    symlinkSync(file, join(home, 'q/apppot.yaml'));
    expect(distrust('q')).toBe(`"${join(home, 'p')}" can be written by everybody`);
    if (MINE === 0) chownSync(join(home, 'real'), 12_345, 12_345);
    const owner = statSync(join(home, 'real')).uid;
    const part = MINE === 0 ? 'real' : 'real/apppot.yaml';
    expect(distrust('real', MINE === 0 ? 0 : 4_242)).toBe(
      `"${join(home, part)}" belongs to user ${owner}`,
    );
  });
});
