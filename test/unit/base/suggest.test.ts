import { describe, expect, it } from 'vitest';
import { closest } from '../../../src/base/suggest.ts';

describe('closest()', () => {
  it.for([
    ['sizes', ['suite', 'size'], 'size'],
    ['slrp', ['auto', 'slirp', 'none'], 'slirp'],
    ['iamge', ['image', 'snap'], 'image'],
    ['MEM', ['mem', 'net'], 'mem'],
    ['cat', ['auto', 'slirp'], undefined],
    ['x', ['image'], undefined],
    ['', ['mem'], undefined],
    ['mem', [], undefined],
  ] as const)('of %s', ([word, candidates, meant]) => {
    expect(closest(word, candidates)).toBe(meant);
  });
});
