import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createCow } from '../../../src/launch/cow.ts';
import { chooseDisk } from '../../../src/launch/disk.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();
const at = (name: string): string => join(directory.path, name);

beforeAll(() => {
  execFileSync('mke2fs', ['-q', '-t', 'ext4', at('base.img'), '8M']);
  utimesSync(at('base.img'), 1_000, 1_000);
});

describe('chooseDisk()', () => {
  it('writes to an image that may be written', () => {
    expect(chooseDisk(at('base.img'))).toEqual({
      image: at('base.img'),
      disk: { kind: 'image' },
    });
  });

  it('leaves an image marked read-only alone, also for root', () => {
    copyFileSync(at('base.img'), at('ro.img'));
    chmodSync(at('ro.img'), 0o444);
    expect(chooseDisk(at('ro.img')).disk).toEqual({ kind: 'temporary' });
  });

  it.for([':', ','])('takes COW%sIMAGE', (separator) => {
    expect(chooseDisk(`${at('new.cow')}${separator}${at('base.img')}`)).toEqual({
      image: at('base.img'),
      disk: { kind: 'cow', path: at('new.cow'), exists: false },
    });
  });

  it('follows links, over which a sandbox can bind nothing', () => {
    createCow(at('linked.cow'), at('base.img'));
    symlinkSync('base.img', at('link.img'));
    symlinkSync('linked.cow', at('link.cow'));
    expect(chooseDisk(`${at('link.cow')}:${at('link.img')}`)).toEqual({
      image: at('base.img'),
      disk: { kind: 'cow', path: at('linked.cow'), exists: true },
    });
  });

  it('finds the base image that a COW file names', () => {
    createCow(at('a.cow'), at('base.img'));
    expect(chooseDisk(at('a.cow'))).toEqual({
      image: at('base.img'),
      disk: { kind: 'cow', path: at('a.cow'), exists: true },
    });
  });

  it('refuses a COW file whose base image has changed since', () => {
    copyFileSync(at('base.img'), at('b.img'));
    utimesSync(at('b.img'), 1_000, 1_000);
    createCow(at('b.cow'), at('b.img'));
    utimesSync(at('b.img'), 2_000, 2_000);
    expect(() => chooseDisk(at('b.img'), at('b.cow'))).toThrow(
      `Cannot use the COW file "${at('b.cow')}": "${at('b.img')}" was last changed at ` +
        '1970-01-01T00:33:20.000Z, its own base image at 1970-01-01T00:16:40.000Z',
    );
  });

  it('refuses a COW file that is none', () => {
    expect(() => chooseDisk(at('base.img'), at('base.img'))).toThrow(/it is no COW file$/);
  });

  it.for([
    ['nothing there', 'absent.img', () => undefined, 'IMAGE_MISSING', /no such file$/],
    [
      'noise',
      'noise.img',
      (path: string) => writeFileSync(path, 'x'.repeat(9_000)),
      'IMAGE_FOREIGN',
      /no ext2/,
    ],
    [
      'an empty file',
      'empty.img',
      (path: string) => writeFileSync(path, ''),
      'IMAGE_FOREIGN',
      /it is empty$/,
    ],
    [
      'half an image',
      'half.img',
      (path: string) => {
        copyFileSync(at('base.img'), path);
        truncateSync(path, 4 * 2 ** 20);
      },
      'IMAGE_TRUNCATED',
      /it is truncated, 4.0 MiB of 8.0 MiB$/,
    ],
  ] as const)('refuses %s', ([, name, make, code, message]) => {
    make(at(name));
    expect(() => chooseDisk(at(name))).toThrow(expect.objectContaining({ code }));
    expect(() => chooseDisk(at(name))).toThrow(message);
  });
});
