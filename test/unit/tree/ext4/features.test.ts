import { describe, expect, it } from 'vitest';
import { refusedFeatures } from '../../../../src/tree/ext4/features.ts';

describe('refusedFeatures()', () => {
  it('names what it does not know, by number where it has no name', () => {
    expect(refusedFeatures(0x80030042)).toEqual(['encrypt', 'casefold', '0x80000000']);
  });

  it('lets through what mke2fs makes', () => {
    expect(refusedFeatures(0x2c2 | 0x4 | 0x10 | 0x8000 | 0x400 | 0x2000 | 0x4000)).toEqual([]);
  });
});
