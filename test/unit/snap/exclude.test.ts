import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_EXCLUDES } from '../../../src/snap/default-exclude.ts';
import { exclusion, parseExcludeList } from '../../../src/snap/exclude.ts';

describe('exclusion()', () => {
  it.each([
    ['/tmp/*', ['tmp/x', 'tmp/.x'], ['tmp', 'a/tmp/x', 'tmp/x/y']],
    ['*.o', ['a.o', 'd/a.o', '.o'], ['a.ob', 'a.o/b']],
    ['cache', ['cache', 'a/b/cache'], ['caches', 'a/cache/b']],
    ['/a/b', ['a/b'], ['b', 'x/a/b', 'a/bc']],
    ['a/b', ['a/b', 'x/a/b'], ['xa/b']],
    ['/srv/**/log', ['srv/log', 'srv/a/b/log'], ['srv/xlog', 'log']],
    ['/a**z', ['az', 'a/b/z'], ['ay']],
    ['f?', ['fa'], ['f', 'f/', 'fab']],
    ['[a-c]x', ['ax', 'd/cx'], ['dx', '-x']],
    ['[!a]x', ['bx'], ['ax']],
    ['a.b', ['a.b'], ['axb']],
    ['\\*', ['*'], ['a']],
    ['(a|b)+$^', ['(a|b)+$^'], ['a', 'b']],
    ['dir/', ['dir', 'x/dir'], ['dirs']],
    ['café', ['caf\xc3\xa9'], ['caf\xe9']],
    ['a\nb', ['a\nb'], ['a']],
  ])('%j', (pattern, inside, outside) => {
    const skip = exclusion([pattern]);
    expect(inside.map(skip)).toEqual(inside.map(() => true));
    expect(outside.map(skip)).toEqual(outside.map(() => false));
  });

  it('without patterns leaves nothing out', () => {
    expect(['a', ''].map(exclusion([]))).toEqual([false, false]);
  });

  it.each(['/', '//', '[a'])('refuses %j', (pattern) => {
    expect(() => exclusion([pattern])).toThrow(
      expect.objectContaining({ code: 'EXCLUDE_MALFORMED' }),
    );
  });
});

it('parseExcludeList() reads the list of the guest, which is the built-in one', () => {
  const url = new URL('../../../image/guest/exclude', import.meta.url);
  expect(parseExcludeList(readFileSync(url, 'utf8'))).toEqual(DEFAULT_EXCLUDES);
});
