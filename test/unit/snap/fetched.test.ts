import { expect, it } from 'vitest';
import { fetched } from '../../../src/snap/fetched.ts';
import { pairs } from '../../../src/snap/pairs.ts';
import { memoryTree } from '../../kit/memory-tree.ts';

it('keeps no pair back that nobody asks about, so that memory does not grow with a tree', () => {
  const tree = memoryTree({ a: {}, b: {}, c: {}, d: {} });
  let walked = 0;
  function* walk() {
    for (const pair of pairs(tree.entries(), tree.entries())) {
      walked += 1;
      yield pair;
    }
  }
  const given = fetched(walk(), tree, tree, ({ path }) => path === 'c');
  const seen = Array.from(given, ({ path }) => [path, walked]);
  expect(seen).toEqual([
    ['', 1],
    ['a', 2],
    ['b', 3],
    ['c', 5],
    ['d', 5],
  ]);
});
