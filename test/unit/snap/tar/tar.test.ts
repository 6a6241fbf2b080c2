import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePax, decodeTime, encodePax, encodeTime } from '../../../../src/snap/tar/pax.ts';
import { type Member, readArchive } from '../../../../src/snap/tar/read.ts';
import { encodeEnd, encodeMember } from '../../../../src/snap/tar/write.ts';
import type { Contents, Entry } from '../../../../src/tree/tree.ts';
import { entry } from '../../../kit/memory-tree.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b).toString('latin1'));
const key = fc.stringMatching(/^[A-Za-z.]{1,12}$/);

describe('pax', () => {
  it('decodePax() gives back what encodePax() was given', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, bytes)), (records) => {
        expect(decodePax(encodePax(records))).toEqual(records);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('encodePax() counts its own length, also where a digit is added', () => {
    const sizes = [1, 4, 5, 6, 93, 94, 95, 990, 991, 992].map((n) => {
      const text = encodePax([['k', 'v'.repeat(n)]]).toString('latin1');
      return text.length - Number(text.split(' ')[0]);
    });
    expect(sizes).toEqual(sizes.map(() => 0));
  });

  it.each(['', ' a=b\n', '5 a=b\n', '9 a=b\n', '6 a=bx', '6 abcd\n', '-6 a=b\n', '06 a=b\n'])(
    'decodePax() refuses %j',
    (text) => {
      const decode = (): unknown => decodePax(Buffer.from(text, 'latin1'));
      if (text === '') expect(decode()).toEqual([]);
      else expect(decode).toThrow(RangeError);
    },
  );

  it('decodeTime() gives back what encodeTime() was given', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 66n), 2n ** 66n), (ns) => {
        expect(decodeTime(encodeTime(ns))).toBe(ns);
      }),
      { numRuns: 100, seed: 1 },
    );
  });

  it('encodeTime() writes seconds as a decimal', () => {
    expect([0n, 1_500_000_000n, -1n, -1_500_000_000n].map(encodeTime)).toEqual([
      '0',
      '1.5',
      '-0.000000001',
      '-1.5',
    ]);
  });
});

function contentsOf(text: string, segments = [{ offset: 0, length: text.length }]): Contents {
  const all = Buffer.from(text, 'latin1');
  return {
    segments: () => (text === '' ? [] : segments),
    read: (target, offset) => all.copy(target, 0, offset, offset + target.length),
    close: () => undefined,
  };
}

interface Found extends Omit<Member, 'chunks'> {
  readonly body: string;
}

async function read(archive: Buffer, piece = 700): Promise<Found[]> {
  async function* source(): AsyncGenerator<Buffer> {
    for (let at = 0; at < archive.length; at += piece) yield archive.subarray(at, at + piece);
  }
  const found: Found[] = [];
  for await (const { chunks, ...rest } of readArchive(source())) {
    const parts: Buffer[] = [];
    for await (const chunk of chunks()) parts.push(chunk);
    found.push({ ...rest, body: Buffer.concat(parts).toString('latin1') });
  }
  return found;
}

function stripped(full: Entry): Entry {
  return { ...full, ctime: 0n, ino: 0, nlink: 1 };
}

const name = fc
  .uint8Array({ minLength: 1, maxLength: 300 })
  .map((b) => Buffer.from(b).toString('latin1').replace(/[\0/]/g, '-'));
const id = fc.oneof(fc.nat(9), fc.integer({ min: 2 ** 20, max: 2 ** 32 - 2 }));
const anyEntry = fc
  .record({
    path: name,
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: id,
    gid: id,
    mtime: fc.oneof(fc.constant(10n ** 18n), fc.bigInt(-(10n ** 19n), 10n ** 20n)),
  })
  .chain((base) =>
    fc.oneof(
      fc
        .constantFrom('directory' as const, 'fifo' as const)
        .map((type) => entry(base.path, { ...base, type })),
      name.map((target) => entry(base.path, { ...base, type: 'symlink', target })),
      fc
        .record({ major: fc.nat(4095), minor: fc.nat(2 ** 20 - 1) })
        .map((device) => entry(base.path, { ...base, ...device, type: 'block' })),
      bytes.map((text) => entry(base.path, { ...base, size: text.length, target: text })),
    ),
  );

describe('archives', () => {
  it('readArchive() gives back every entry that encodeMember() was given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEntry, { maxLength: 5 }), async (entries) => {
        const expected = entries.map(({ target, ...rest }) =>
          rest.type === 'file'
            ? { entry: stripped(rest), body: target }
            : { entry: stripped({ ...rest, ...(target !== undefined && { target }) }), body: '' },
        );
        const archive = entries.flatMap((full) => {
          const { target = '', ...rest } = full;
          const file = full.type === 'file';
          const options = file ? { contents: contentsOf(target) } : {};
          return [...encodeMember(file ? rest : full, { name: full.path, ...options })];
        });
        const found = await read(Buffer.concat([...archive, encodeEnd()]));
        expect(found.map(({ entry: e, body }) => ({ entry: e, body }))).toEqual(expected);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('readArchive() gives back extended attributes, links and sparse files', async () => {
    const xattrs = new Map([['user.\xff=', Buffer.from([0, 10, 255])]]);
    const sparse = contentsOf(`${'\0'.repeat(4096)}data${'\0'.repeat(4096)}`, [
      { offset: 4096, length: 4 },
    ]);
    const archive = Buffer.concat([
      ...encodeMember(entry('a', { size: 8196 }), { name: 'a', contents: sparse, xattrs }),
      ...encodeMember(entry('b', { size: 8196 }), { name: 'b', link: 'a', xattrs }),
      encodeEnd(),
    ]);
    const [a, b] = await read(archive);
    expect([a?.xattrs, a?.entry.size, a?.body]).toEqual([
      xattrs,
      8196,
      `2\n4096\n4\n8196\n0\n${'\0'.repeat(512 - 16)}data`,
    ]);
    expect([b?.link, b?.xattrs.size, b?.body]).toEqual(['a', 0, '']);
  });

  it('encodeMember() keeps to the size that was promised when a file grows or shrinks', async () => {
    const archive = Buffer.concat([
      ...encodeMember(entry('a', { size: 3 }), { name: 'a', contents: contentsOf('longer') }),
      ...encodeMember(entry('b', { size: 9 }), { name: 'b', contents: contentsOf('short') }),
      encodeEnd(),
    ]);
    const found = await read(archive);
    expect(found.map(({ entry: { size } }) => size)).toEqual([3, 9]);
    expect(found.map(({ body }) => body)[0]).toBe('lon');
  });

  it('readArchive() refuses an archive that was cut anywhere', async () => {
    const whole = Buffer.concat([
      ...encodeMember(entry('a\xff', { size: 3 }), { name: 'a\xff', contents: contentsOf('abc') }),
    ]);
    for (let at = 0; at <= whole.length; at += 97) {
      await expect(read(whole.subarray(0, at)), `at ${at}`).rejects.toThrow(RangeError);
    }
  });

  it('readArchive() refuses headers that are none, and pax headers that are huge', async () => {
    const garbage = Buffer.alloc(1024, 0x41);
    const [huge = Buffer.alloc(0)] = [
      ...encodeMember(entry('a'.repeat(2 ** 21)), { name: 'a'.repeat(2 ** 21) }),
    ];
    for (const bad of [garbage, huge]) await expect(read(bad)).rejects.toThrow(RangeError);
  });
});
