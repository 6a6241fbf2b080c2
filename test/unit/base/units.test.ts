import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSize, parseDuration, parseSize } from '../../../src/base/units.ts';

describe('parseSize()', () => {
  it.for([
    ['512M', 512 * 2 ** 20],
    ['2g', 2 ** 31],
    ['1.5 GiB', 1.5 * 2 ** 30],
    ['4096', 4096],
    ['10kB', 10_240],
  ] as const)('reads %s', ([text, bytes]) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it('counts a bare number in the unit given', () => {
    expect(parseSize('512', 2 ** 20)).toBe(512 * 2 ** 20);
  });

  it.for(['', 'abc', '-1M', '1X', '1MM'])('refuses %j', (text) => {
    expect(() => parseSize(text)).toThrow(
      `Cannot read the size "${text}": expected something like 512M or 2G`,
    );
  });

  it('reads back what formatSize() writes, to a tenth', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), (bytes) => {
        const back = parseSize(formatSize(bytes));
        expect(Math.abs(back - bytes)).toBeLessThanOrEqual(Math.max(bytes * 0.05, 0));
      }),
    );
  });
});

describe('parseDuration()', () => {
  it.for([
    ['90', 90],
    ['90s', 90],
    ['1.5m', 90],
    ['2h', 7_200],
    ['1d', 86_400],
  ] as const)('reads %s', ([text, seconds]) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it('refuses what has no number', () => {
    expect(() => parseDuration('soon')).toThrow(
      'Cannot read the duration "soon": expected something like 90, 90s, 10m or 2h',
    );
  });
});
