import { expect, it } from 'vitest';
import { memoryRequest } from '../../../src/grid/memory-request.ts';

const MIB = 2 ** 20;

it.for([
  [256, 256 + 64 + 4],
  [1_024, 1_024 + 64 + 16],
  [65_536, 65_536 + 64 + 1_024],
])(
  'memoryRequest() adds to %i MiB what the guest takes beyond its own',
  ([memory = 0, all = 0]) => {
    expect(memoryRequest({ memory: memory * MIB, count: 1 })).toBe(all * MIB);
  },
);

it('memoryRequest() is a whole number of bytes', () => {
  expect(memoryRequest({ memory: 1, count: 1 })).toBe(64 * MIB + 2);
});

it('memoryRequest() leaves it to who says it', () => {
  expect(memoryRequest({ memory: MIB, memoryRequest: 9 * MIB, count: 1 })).toBe(9 * MIB);
});
