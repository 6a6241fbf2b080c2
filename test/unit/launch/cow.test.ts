import { describe, expect, it } from 'vitest';
import { cowLayout } from '../../../src/launch/cow.ts';

describe('cowLayout()', () => {
  it('has the bitmap after the header and the data on a page after that', () => {
    expect(cowLayout(400 * 2 ** 20)).toEqual({
      bitmap: 8_192,
      data: 110_592,
      end: 110_592 + 400 * 2 ** 20,
    });
  });

  it('has a bit for a last sector that is not whole', () => {
    expect(cowLayout(513).data).toBe(12_288);
  });
});
