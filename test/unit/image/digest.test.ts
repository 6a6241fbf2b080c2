import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOfData } from '../../../src/image/digest.ts';

describe('digestOfData()', () => {
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (data) => {
        const reversed = Object.fromEntries(Object.entries(data).toReversed());
        expect(digestOfData(reversed)).toBe(digestOfData(data));
      }),
    );
  });

  it('differs for different lists of words', () => {
    const lists = fc.array(fc.string(), { maxLength: 4 });
    fc.assert(
      fc.property(lists, lists, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        expect(digestOfData(a)).not.toBe(digestOfData(b));
      }),
    );
  });

  it('counts buffers by their contents', () => {
    const [a, b, c] = ['x', 'x', 'y'].map((text) => digestOfData({ file: Buffer.from(text) }));
    expect([a === b, a === c]).toEqual([true, false]);
  });

  it('takes an undefined field for one that is not there', () => {
    expect(digestOfData({ a: 1, b: undefined })).toBe(digestOfData({ a: 1 }));
  });
});
