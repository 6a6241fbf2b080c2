import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImage } from '../../../src/tree/ext4/image.ts';
import { readAll } from '../../kit/fuzz.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';

const INCOMPAT_AT = 1_024 + 0x60;

describe('openImage() of a hostile image', () => {
  let lab: ImageLab;
  let source: string;

  beforeAll(() => {
    lab = imageLab();
    source = lab.files('source', { 'a/b/file': 'x', 'c/file': 'y' });
  });
  afterAll(() => lab.end());

  const image = (...commands: readonly string[]): string => {
    const path = lab.mke2fs('image', ['-t', 'ext4', '-O', '^metadata_csum'], '4M', source);
    lab.debugfs(path, commands);
    return path;
  };
  const read = (path: string): void => {
    const tree = openImage(path);
    try {
      readAll(tree);
    } finally {
      tree.close();
    }
  };

  it.each([
    ['a directory inside of itself', 'ln a a/b/again', 'directory "a/b/again" has a second name'],
    ['a directory with two names', 'ln a/b c/b', 'directory "c/b" has a second name'],
    ['a name with a slash', 'mknod up/above p', 'a name with "/" or a zero byte: "up/above"'],
    ['a name of the journal', 'ln <8> journal', '"journal" is the reserved inode 8'],
    ['a name of nothing', 'ln <300> ghost', 'inode 300 of "ghost" is not in use'],
    ['a type that is none', 'set_inode_field c/file mode 0', 'inode 16 of "c/file" is not in use'],
    ['a directory without blocks', 'set_inode_field a size 100000', 'it has no block 1 of 98'],
  ])('says so: %s', (_, command, message) => {
    const path = image(command);
    expect(() => read(path)).toThrow(`Cannot read the image "${path}": `);
    expect(() => read(path)).toThrow(message);
  });

  it.each([
    ['encrypt', 0x10000],
    ['casefold', 0x20000],
    ['compression', 0x1],
    ['journal_dev', 0x8],
    ['dirdata', 0x1000],
    ['0x40000000', 0x40000000],
  ])('names the feature that is not known: %s', (name, bit) => {
    const path = image();
    const bytes = readFileSync(path);
    bytes.writeUInt32LE((bytes.readUInt32LE(INCOMPAT_AT) | bit) >>> 0, INCOMPAT_AT);
    writeFileSync(path, bytes);
    expect(() => read(path)).toThrow(
      `Cannot read the image "${path}": its filesystem has features that are not known here: ${name}`,
    );
  });

  it('refuses an image that was cut short', () => {
    const path = image();
    writeFileSync(path, readFileSync(path).subarray(0, 3_000_000));
    expect(() => read(path)).toThrow('superblock: 4096 blocks of 1024 in 3000000 bytes');
  });

  it('does not wait for a writer to a pipe', () => {
    const pipe = lab.path('pipe');
    execFileSync('mkfifo', [pipe]);
    expect(() => read(pipe)).toThrow('it is neither a file nor a block device');
  });
});
