import { describe, expect, it } from 'vitest';
import { checkLimits } from '../../../src/launch/limits.ts';

const GIB = 2 ** 30;
const NEEDS = {
  memory: GIB,
  imageSize: 3 * GIB,
  disk: { kind: 'temporary' },
  scratch: 0,
} as const;

describe('checkLimits()', () => {
  it.for([
    ['no limits', {}, true],
    ['room for all', { fileSize: 4 * GIB, addressSpace: 2 * GIB }, true],
    ['just enough without random addresses', { fileSize: 3.1 * GIB }, false],
  ] as const)('takes %s', ([, limits, isRandomized]) => {
    expect(() => checkLimits(NEEDS, limits, isRandomized)).not.toThrow();
  });

  it.for([
    ['the file behind its memory needs 2.0 GiB', { fileSize: 1.5 * GIB }, NEEDS, '-f'],
    ['its disk needs 3.0 GiB', { fileSize: 2.5 * GIB }, NEEDS, '-f'],
    ['its scratch disk needs 9.0 GiB', { fileSize: 8 * GIB }, { ...NEEDS, scratch: 9 * GIB }, '-f'],
    ['it needs 1.0 GiB', { addressSpace: GIB }, NEEDS, '-v'],
  ] as const)('refuses where %s', ([reason, limits, needs, option]) => {
    expect(() => checkLimits(needs, limits, true)).toThrow(
      expect.objectContaining({
        code: 'LIMIT_TOO_LOW',
        kind: 'conflict',
        message: expect.stringMatching(new RegExp(`\\(ulimit ${option}\\), and ${reason}$`)),
      }),
    );
  });
});
