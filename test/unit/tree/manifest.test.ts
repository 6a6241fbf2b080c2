import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseManifest } from '../../../src/tree/manifest.ts';
import { encodeManifest } from '../../../src/tree/manifest-write.ts';
import { comparePaths, type Entry } from '../../../src/tree/tree.ts';
import { entry } from '../../kit/memory-tree.ts';

const HEAD = { name: 'a base', time: 1_790_000_000, identity: '2:5' };

function encode(entries: readonly Entry[], seals = new Map<string, Buffer>()): Buffer {
  return Buffer.concat([...encodeManifest(HEAD, entries, () => seals)].map((b) => Buffer.from(b)));
}

const name = fc
  .uint8Array({ minLength: 1, maxLength: 12 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replace(/[/\0]/g, '_'));
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const anyEntry: fc.Arbitrary<Entry> = fc
  .record({
    path,
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
    gid: fc.integer({ min: 0, max: 2 ** 32 - 2 }),
    size: fc.maxSafeNat(),
    mtime: fc.bigInt(-(2n ** 68n), 2n ** 68n),
    ctime: fc.bigInt(-(2n ** 62n), 2n ** 64n),
    ino: fc.maxSafeNat(),
    nlink: fc.nat(),
  })
  .chain((base) =>
    fc.oneof(
      fc.constantFrom('file', 'directory', 'fifo', 'socket').map((type) => ({ ...base, type })),
      path.map((target) => ({ ...base, type: 'symlink' as const, target })),
      fc.record({ major: fc.nat(4095), minor: fc.nat(2 ** 20 - 1) }).map((device) => {
        return { ...base, ...device, type: 'char' as const };
      }),
      fc.constant({ ...base, type: 'directory' as const, mounted: true as const }),
    ),
  ) as fc.Arbitrary<Entry>;
const anyEntries = fc
  .uniqueArray(anyEntry, { selector: (e) => e.path, maxLength: 30 })
  .map((entries) => entries.sort((a, b) => comparePaths(a.path, b.path)));

it('parseManifest() gives back every field that encodeManifest() was given', () => {
  fc.assert(
    fc.property(anyEntries, (entries) => {
      expect([...parseManifest(encode(entries), 'm').entries()]).toEqual(entries);
    }),
    { numRuns: 60, seed: 1 },
  );
});

it('parseManifest() gives back head, count and seals', () => {
  const seals = new Map([['\xff\x00', Buffer.alloc(32, 7)]]);
  const {
    name,
    time,
    identity,
    count,
    seals: found,
  } = parseManifest(encode([entry('a')], seals), 'm');
  expect({ name, time, identity, count, found }).toEqual({ ...HEAD, count: 1, found: seals });
});

it('encodeManifest() gives a digest that depends on entries alone', () => {
  const [one, two] = [[entry('a')], [entry('a', { ino: 3 })]];
  const digest = (entries: Entry[]): string => parseManifest(encode(entries), 'm').digest;
  expect(digest(one)).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect([digest([entry('a')]) === digest(one), digest(two) === digest(one)]).toEqual([
    true,
    false,
  ]);
});

it('parseManifest() keeps order across blocks', () => {
  const entries = Array.from({ length: 20_000 }, (_, i) => entry(`d${String(i).padStart(6, '0')}`));
  const found = [...parseManifest(encode(entries), 'm').entries()];
  expect(found.map((e) => e.path)).toEqual(entries.map((e) => e.path));
});

it('parseManifest() refuses any file that was cut or altered', () => {
  const whole = encode([entry('a'), entry('b')]);
  const failure = expect.objectContaining({ code: 'MANIFEST_MALFORMED' });
  for (let at = 0; at < whole.length; at += 1) {
    const altered = Buffer.from(whole);
    altered[at] = (altered[at] ?? 0) ^ 0x10;
    for (const bytes of [whole.subarray(0, at), altered]) {
      expect(() => [...parseManifest(bytes, 'm').entries()], `byte ${at}`).toThrow(failure);
    }
  }
});
