import { linkSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageTree, openImage } from '../../../src/tree/ext4/image.ts';
import { encodeNamesIndex, openNamesIndex } from '../../../src/tree/ext4/names-index.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';

describe('openNamesIndex()', () => {
  let lab: ImageLab;
  let tree: ImageTree;
  let file: string;
  let inodes: number;

  beforeAll(() => {
    lab = imageLab();
    const files = lab.files('files', { 'a/one': '1', 'b/c/two': '2' });
    linkSync(join(files, 'a/one'), join(files, 'b/linked'));
    linkSync(join(files, 'a/one'), join(files, 'a/again'));
    tree = openImage(lab.mke2fs('image', ['-t', 'ext4'], '8M', files));
    inodes = tree.filesystem.volume.superblock.inodes;
    file = lab.path('names');
    writeFileSync(file, encodeNamesIndex(tree.filesystem));
  });
  afterAll(() => {
    tree.close();
    lab.end();
  });

  const inodeOf = (path: string): number => tree.lookup(path)?.ino ?? 0;

  it('names the directories that hold each inode', () => {
    const index = openNamesIndex(file, inodes);
    const [a, b] = [inodeOf('a'), inodeOf('b')];
    expect([...(index?.holders(inodeOf('a/one')) ?? [])].sort()).toEqual([a, a, b].sort());
    expect(index?.holders(inodeOf('b/c/two'))).toEqual([inodeOf('b/c')]);
    expect(index?.holders(inodeOf('b/c'))).toEqual([b]);
    expect(index?.holders(inodes)).toEqual([]);
    expect(index?.holders(inodes + 1)).toEqual([]);
  });

  it('takes no index of another image, and none that is cut or changed', () => {
    const sound = readFileSync(file);
    const flipped = Buffer.from(sound);
    flipped.writeUInt8(flipped.readUInt8(100) ^ 1, 100);
    expect(openNamesIndex(file, inodes + 1)).toBeUndefined();
    for (const bytes of [flipped, sound.subarray(0, -1), sound.subarray(4), Buffer.alloc(0)]) {
      writeFileSync(lab.path('bad'), bytes);
      expect(openNamesIndex(lab.path('bad'), inodes)).toBeUndefined();
    }
    expect(openNamesIndex(lab.path('missing'), inodes)).toBeUndefined();
  });
});
