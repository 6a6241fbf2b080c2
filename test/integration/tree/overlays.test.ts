import {
  closeSync,
  copyFileSync,
  openSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '../../../src/tree/block/open.ts';
import { openImage } from '../../../src/tree/ext4/image.ts';
import { writeCow } from '../../kit/cow-file.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';
import { contentOf } from '../../kit/listing.ts';
import { type Qcow2Options, writeQcow2 } from '../../kit/qcow2-file.ts';

let lab: ImageLab;
let base: string;
let next: string;

beforeAll(() => {
  lab = imageLab();
  base = lab.mke2fs(
    'base',
    ['-t', 'ext4'],
    '8M',
    lab.files('source', { note: 'old', other: 'same' }),
  );
  next = lab.path('next');
  copyFileSync(base, next);
  const note = lab.path('note');
  writeFileSync(note, 'what the guest wrote');
  lab.debugfs(next, ['rm note', `write ${note} note`]);
});
afterAll(() => lab.end());

function noteIn(path: string, options = {}): string {
  const tree = openImage(path, options);
  try {
    return contentOf(tree, 'note').toString();
  } finally {
    tree.close();
  }
}

function failureOf(path: string, options = {}): unknown {
  try {
    openImage(path, options).close();
  } catch (error) {
    return error;
  }
  throw new Error('it was opened');
}

describe('openImage() of a UML COW file', () => {
  it('reads through it, by itself and together with its base image', () => {
    const cow = writeCow(lab.path('cow'), base, next);
    expect([noteIn(base), noteIn(cow), noteIn(base, { cow })]).toEqual([
      'old',
      'what the guest wrote',
      'what the guest wrote',
    ]);
  });

  it.for([
    ['with padding after the time', { isPadded: true }],
    ['with another alignment', { alignment: 512 }],
  ] as const)('reads the layout %s', ([, options]) => {
    expect(noteIn(writeCow(lab.path('odd'), base, next, options))).toBe('what the guest wrote');
  });

  it('tells which sectors it holds', () => {
    const cow = openSource(writeCow(lab.path('cow'), base, next));
    const [old, now] = [Buffer.alloc(cow.size), Buffer.alloc(cow.size)];
    cow.overlay?.base.read(old, 0);
    cow.read(now, 0);
    for (const { offset, length } of cow.overlay?.segments() ?? []) {
      expect(old.subarray(offset, offset + length)).not.toEqual(
        now.subarray(offset, offset + length),
      );
      now.copy(old, offset, offset, offset + length);
    }
    cow.close();
    expect(old.equals(now)).toBe(true);
  });

  it.for([
    ['within a byte', 3, 5],
    ['over whole bytes', 6, 50],
    ['over whole bytes only', 8, 16],
    ['up to the end of what is read of the bitmap at once', 70, 524_288],
    ['beyond that', 524_280, 1_100_000],
    ['up to the end', 1_048_577, 2_097_152],
  ] as const)('tells of a run of sectors %s', ([, first, end]) => {
    const large = lab.path('large');
    writeFileSync(large, '');
    const cow = writeCow(lab.path('large-cow'), large, large, { size: 2 ** 30, mtime: 1e9 });
    truncateSync(large, 2 ** 30);
    utimesSync(large, 1e9, 1e9);
    const bitmap = Buffer.alloc(2 ** 18);
    for (let sector = first; sector < end; sector += 1) {
      bitmap[sector >> 3] = (bitmap[sector >> 3] ?? 0) | (1 << (sector & 7));
    }
    const file = openSync(cow, 'r+');
    writeSync(file, bitmap, 0, bitmap.length, 8_192);
    closeSync(file);
    const source = openSource(cow);
    const segments = [...(source.overlay?.segments() ?? [])];
    source.close();
    expect(segments).toEqual([{ offset: first * 512, length: (end - first) * 512 }]);
  });

  it('refuses a base image that was changed since, and says when', () => {
    const cow = writeCow(lab.path('cow'), base, next, { mtime: 1_000_000_000 });
    utimesSync(base, 1_600_000_000, 1_600_000_000);
    expect(failureOf(cow)).toMatchObject({
      code: 'COW_MISMATCH',
      message:
        `Cannot read the image "${cow}": its base image "${base}" was changed at 1600000000, ` +
        'and the COW file was made of one changed at 1000000000',
      hint: `If it is an unchanged copy, give it its time back: touch -d @1000000000 ${base}`,
    });
  });

  it('refuses a base image of another size', () => {
    const cow = writeCow(lab.path('cow'), base, next, { size: 4_194_304 });
    expect(failureOf(cow)).toMatchObject({
      code: 'COW_MISMATCH',
      message:
        `Cannot read the image "${cow}": its base image "${base}" has 8388608 bytes, ` +
        'and the COW file was made of one with 4194304',
    });
  });

  it('refuses a COW file that was cut short', () => {
    const cow = writeCow(lab.path('cow'), base, next);
    truncateSync(cow, 20_000);
    expect(failureOf(cow)).toMatchObject({ code: 'IMAGE_CORRUPT' });
  });

  it.for([1, 2, 4])('refuses version %s by name', (version) => {
    const cow = writeCow(lab.path('cow'), base, next, { version });
    expect(failureOf(cow)).toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      message: `Cannot read the image "${cow}": it is a UML COW file of version ${version}, not 3`,
    });
  });

  it('refuses by name the first version in the byte order of PCs', () => {
    const cow = writeCow(lab.path('cow'), base, next, { version: 1 });
    const file = openSync(cow, 'r+');
    writeSync(file, Buffer.from('4d4f4f4f01000000', 'hex'), 0, 8, 0);
    closeSync(file);
    expect(failureOf(cow)).toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      message: `Cannot read the image "${cow}": it is a UML COW file of version 1 in little-endian order, not 3`,
    });
  });
});

describe('openImage() of a qcow2 file', () => {
  const kinds: readonly (readonly [string, Qcow2Options])[] = [
    ['version 2', { version: 2 }],
    ['version 3', { version: 3, clusterBits: 16 }],
    ['small clusters', { clusterBits: 9 }],
    ['compressed', { isCompressed: true, clusterBits: 16 }],
  ];
  it.for(kinds)('reads one over a raw image, %s', ([, options]) => {
    const over = { ...options, backing: 'base', backingFormat: 'raw' };
    expect(noteIn(writeQcow2(lab.path('qcow2'), base, next, over))).toBe('what the guest wrote');
  });

  it.for(kinds)('reads one that stands alone, %s', ([, options]) => {
    const path = writeQcow2(lab.path('qcow2'), undefined, next, options);
    expect(noteIn(path)).toBe('what the guest wrote');
  });

  it('reads a chain of them', () => {
    writeQcow2(lab.path('lower'), base, next, { backing: 'base' });
    const upper = writeQcow2(lab.path('upper'), next, next, { backing: 'lower' });
    expect(noteIn(upper)).toBe('what the guest wrote');
  });

  it('refuses a chain without end', () => {
    const path = writeQcow2(lab.path('loop'), base, next, { backing: 'loop' });
    expect(failureOf(path)).toMatchObject({ code: 'IMAGE_CORRUPT' });
  });

  it.for([
    ['qcow2 encryption', { encryption: 1 }],
    ['qcow2 feature "external data file"', { incompatible: 4n }],
    ['qcow2 feature "compression type"', { incompatible: 8n }],
    ['qcow2 feature "extended L2 entries"', { incompatible: 16n }],
    ['qcow2 feature "bit 40"', { incompatible: 1n << 40n }],
    ['it lies over "nbd://host/disk"', { backing: 'nbd://host/disk' }],
  ] as const)('refuses: %s', ([what, options]) => {
    const path = writeQcow2(lab.path('refused'), undefined, next, options);
    expect(failureOf(path)).toMatchObject({
      code: 'IMAGE_UNSUPPORTED',
      message: `Cannot read the image "${path}": ${what}`,
    });
  });
});

describe('openImage() of something else', () => {
  it('says what is wrong with it', () => {
    const text = lab.path('text');
    writeFileSync(text, 'no image');
    expect([
      failureOf(lab.path('missing')),
      failureOf(lab.directory),
      failureOf(text),
      failureOf(base, { cow: text }),
    ]).toMatchObject([
      {
        code: 'TREE_UNREADABLE',
        message: `Cannot read the image "${lab.path('missing')}": no such file or directory`,
      },
      { code: 'TREE_UNREADABLE' },
      { code: 'IMAGE_CORRUPT' },
      { code: 'IMAGE_UNSUPPORTED' },
    ]);
  });
});
