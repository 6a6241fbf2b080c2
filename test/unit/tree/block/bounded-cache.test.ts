import { expect, it } from 'vitest';
import { boundedCache } from '../../../../src/tree/block/bounded-cache.ts';

it('boundedCache() loads again only what it had to forget: the oldest', () => {
  const loaded: number[] = [];
  const get = boundedCache(2, (key) => {
    loaded.push(key);
    return `value ${key}`;
  });
  expect([1, 1, 2, 1, 3, 2, 1].map(get)).toEqual(
    [1, 1, 2, 1, 3, 2, 1].map((key) => `value ${key}`),
  );
  expect(loaded).toEqual([1, 2, 3, 1]);
});
