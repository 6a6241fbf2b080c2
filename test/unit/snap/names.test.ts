import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  fromMemberName,
  fromWhiteout,
  NOTE_NAME,
  toMemberName,
  toWhiteout,
} from '../../../src/snap/names.ts';

const name = fc
  .array(fc.constantFrom('.', '%', 'wh.', 'wh', 'a', '%wh.'), { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''))
  .filter((text) => text !== '.' && text !== '..');
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));

it('toMemberName() is undone by fromMemberName(), and never gives a whiteout', () => {
  fc.assert(
    fc.property(path, (real) => {
      const member = toMemberName(real);
      expect(fromMemberName(member)).toBe(real);
      expect(member.split('/').filter((part) => part.startsWith('.wh.'))).toEqual([]);
    }),
    { numRuns: 300, seed: 1 },
  );
});

it('toWhiteout() is undone by fromWhiteout(), and never names the note', () => {
  fc.assert(
    fc.property(path, (real) => {
      expect(fromWhiteout(toWhiteout(real))).toBe(real);
      expect(toWhiteout(real)).not.toBe(NOTE_NAME);
    }),
    { numRuns: 300, seed: 1 },
  );
});

it('toWhiteout() stands beside what it removes', () => {
  expect(['a', 'd/a', 'd/.wh.a', '.wh..wh.apppot'].map(toWhiteout)).toEqual([
    '.wh.a',
    'd/.wh.a',
    'd/.wh..%wh.a',
    '.wh..%wh..wh.apppot',
  ]);
});
