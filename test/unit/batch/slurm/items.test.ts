import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { items } from '../../../../src/batch/slurm/items.ts';
import { fixture } from '../../../kit/fixture.ts';

async function read(pieces: readonly Buffer[], name = 'jobs'): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const item of items(pieces, 'squeue', name)) found.push(item);
  return found;
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('"', '\\', '}', ']', '{', 'jobs'),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.integer(),
    fc.constantFrom(null, true),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(text, tie('any'), { maxKeys: 3 }),
  ),
})).any;
const item = fc.dictionary(text, value, { maxKeys: 4 });
const document = fc.record({
  before: fc.dictionary(fc.constantFrom('meta', 'errors', '"x"'), value, { maxKeys: 2 }),
  jobs: fc.array(item, { maxLength: 5 }),
  after: fc.dictionary(fc.constantFrom('warnings', 'last'), value, { maxKeys: 2 }),
  indent: fc.constantFrom(undefined, 2, 1),
});

interface Made {
  readonly before: object;
  readonly jobs: readonly object[];
  readonly after: object;
  readonly indent: number | undefined;
}

function bytesOf({ before, jobs, after, indent }: Made): Buffer {
  return Buffer.from(JSON.stringify({ ...before, jobs, ...after }, undefined, indent));
}

describe('items()', () => {
  it('finds what JSON.parse finds, wherever the document is cut', async () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(document, cuts, async (made, places) => {
        const bytes = bytesOf(made);
        const ends = [...places.map((place) => Math.floor(place * bytes.length)), bytes.length];
        const sorted = ends.toSorted((a, b) => a - b);
        const pieces = sorted.map((end, index) => bytes.subarray(sorted[index - 1] ?? 0, end));
        expect(await read(pieces)).toEqual(JSON.parse(bytes.toString()).jobs);
      }),
    );
  });

  it('finds all that Slurm lists, byte by byte', async () => {
    const bytes = Buffer.from(fixture('slurm/squeue.json'));
    const pieces = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
    expect(await read(pieces)).toEqual(JSON.parse(bytes.toString()).jobs);
  });

  it('refuses a document that is not all there', async () => {
    await fc.assert(
      fc.asyncProperty(
        document,
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        async (made, part) => {
          const bytes = bytesOf(made);
          const cut = bytes.subarray(0, Math.floor(part * bytes.length));
          await expect(read([cut])).rejects.toThrow(/^Cannot read what squeue prints: /);
        },
      ),
    );
  });

  it.each([
    ['{"jobs": [{"a": 1,}]}', /Cannot read what squeue prints: .*JSON/],
    ['{"nodes": []}', /JSON without "jobs"/],
    ['slurm_load_jobs error', /JSON without "jobs"/],
    ['{"jobs": []}]', /a bracket too many/],
  ])('refuses %j', async (whole, message) => {
    await expect(read([Buffer.from(whole)])).rejects.toThrow(message);
  });
});
