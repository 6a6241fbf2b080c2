import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offlineChanges } from '../../../src/tree/ext4/changed.ts';
import { openImage } from '../../../src/tree/ext4/image.ts';
import { writeCow } from '../../kit/cow-file.ts';
import { gptDisk, msdosDisk } from '../../kit/disk.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';
import { contentOf } from '../../kit/listing.ts';

const MIB = 2_048;

describe('openImage() of a partitioned disk', () => {
  let lab: ImageLab;
  let one: Buffer;
  let two: Buffer;

  beforeAll(() => {
    lab = imageLab();
    const make = (name: string) =>
      readFileSync(lab.mke2fs(name, ['-t', 'ext4'], '1M', lab.files(`in-${name}`, { name })));
    one = make('one');
    two = make('two');
  });
  afterAll(() => lab.end());

  const disk = (bytes: Buffer): string => {
    writeFileSync(lab.path('disk'), bytes);
    return lab.path('disk');
  };
  const nameOn = (path: string, partition?: number): string => {
    const tree = openImage(path, partition === undefined ? {} : { partition });
    const name = contentOf(tree, 'name').toString();
    tree.close();
    return name;
  };

  it('finds the only filesystem', () => {
    const boot = { start: MIB, content: Buffer.alloc(512) };
    const gpt = gptDisk(4 * MIB, [boot, { start: 2 * MIB, content: one }]);
    const msdos = msdosDisk(4 * MIB, [boot], [{ start: 2 * MIB, content: two }]);
    expect([nameOn(disk(gpt)), nameOn(disk(msdos))]).toEqual(['one', 'two']);
  });

  it('wants to know which, where there are more', () => {
    const parts = [one, two].map((content, i) => ({ start: (i + 1) * MIB, content }));
    const path = disk(gptDisk(4 * MIB, parts));
    expect([nameOn(path, 1), nameOn(path, 2)]).toEqual(['one', 'two']);
    expect(() => openImage(path)).toThrow('more than one filesystem: in partitions 1, 2');
    expect(() => openImage(path, { partition: 3 })).toThrow('it has no partition 3');
  });

  it('refuses a partition that the disk is too short for', () => {
    const whole = gptDisk(4 * MIB, [{ start: 2 * MIB, content: one }]);
    expect(() => openImage(disk(whole.subarray(0, 1_500_000)))).toThrow('a partition of 1048576');
  });

  it('lets offlineChanges() report what changed outside of the filesystem', () => {
    const bytes = gptDisk(4 * MIB, [{ start: 2 * MIB, content: one }]);
    const base = disk(bytes);
    bytes.write('boot', 100);
    bytes.write('end', 4 * MIB * 512 - 10);
    writeFileSync(lab.path('after'), bytes);
    const cow = writeCow(lab.path('cow'), base, lab.path('after'));
    const [before, after] = [openImage(base), openImage(base, { cow })];
    const { changes, outside, unexplained } = offlineChanges(before, after);
    expect([[...changes], outside, unexplained]).toEqual([
      [],
      [
        { offset: 0, length: 512 },
        { offset: 4 * MIB * 512 - 512, length: 512 },
      ],
      [],
    ]);
  });
});
