import { describe, expect, it } from 'vitest';
import { readLimits } from '../../../src/host/limits.ts';

const TABLE = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max file size             102400               unlimited            bytes
Max address space         unlimited            unlimited            bytes
`;

describe('readLimits()', () => {
  it('reads soft limits, and leaves out what is not limited', () => {
    expect(readLimits(TABLE)).toEqual({ fileSize: 102_400 });
  });

  it('reads those of this process', () => {
    expect(() => readLimits()).not.toThrow();
  });
});
