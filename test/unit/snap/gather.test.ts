import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gathered } from '../../../src/snap/gather.ts';

it('gathered() passes on the same bytes in pieces of one size', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 30 })),
      fc.integer({ min: 1, max: 16 }),
      async (chunks, size) => {
        const passed: Buffer[] = [];
        const all = Buffer.concat(chunks);
        const { write, flush } = gathered(size, async (bytes) => passed.push(Buffer.from(bytes)));
        for (const chunk of chunks) {
          await write(chunk);
          chunk.fill(0xee);
        }
        await flush();
        expect(passed.slice(0, -1).filter(({ length }) => length !== size)).toEqual([]);
        expect(Buffer.concat(passed)).toEqual(all);
      },
    ),
    { numRuns: 100, seed: 1 },
  );
});
