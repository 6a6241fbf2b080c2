import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTasks, stateOf } from '../../../../src/batch/gridengine/letters.ts';

describe('stateOf()', () => {
  it.each([
    ['qw', 'pending'],
    ['Rq', 'pending'],
    ['hqw', 'held'],
    ['hRwq', 'held'],
    ['r', 'running'],
    ['hr', 'running'],
    ['t', 'running'],
    ['Rr', 'running'],
    ['s', 'running'],
    ['S', 'running'],
    ['T', 'running'],
    ['dr', 'ending'],
    ['dt', 'ending'],
    ['dRr', 'ending'],
    ['Eqw', 'broken'],
    ['Ehqw', 'broken'],
  ])('%s is %s', (letters, state) => {
    expect(stateOf(letters)).toBe(state);
  });
});

describe('countTasks()', () => {
  it('counts what the ranges name', () => {
    const range = fc.record({
      first: fc.integer({ min: 1, max: 1e6 }),
      more: fc.integer({ min: 0, max: 500 }),
      step: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(range, { minLength: 1, maxLength: 4 }), (ranges) => {
        const text = ranges.map(({ first, more, step }) =>
          more === 0 ? `${first}` : `${first}-${first + more * step}:${step}`,
        );
        const count = ranges.reduce((sum, { more }) => sum + more + 1, 0);
        expect(countTasks(text.join(','))).toBe(count);
      }),
    );
  });
});
