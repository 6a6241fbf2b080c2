import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { offlineChanges } from '../../../src/tree/ext4/changed.ts';
import { openImage } from '../../../src/tree/ext4/image.ts';
import { churn, churnImage, repairedMerge } from '../../kit/churned.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';
import { naiveDiff, toDifferences } from '../../kit/naive-diff.ts';

const OLD = ['-t', 'ext4', '-O', '^metadata_csum'];

describe('offlineChanges() of what a guest did', () => {
  let lab: ImageLab;

  beforeEach(() => {
    lab = imageLab();
  });
  afterEach(() => lab.end());

  it.for([
    ['ext4, cut off', ['-t', 'ext4'], true],
    ['ext4 in blocks of 4 KiB, cut off', ['-t', 'ext4', '-b', '4096'], true],
    [
      'ext4 with every extra, cut off',
      ['-t', 'ext4', '-O', 'orphan_file,metadata_csum_seed,inline_data,ea_inode'],
      true,
    ],
    [
      'ext4 with meta groups, cut off',
      ['-t', 'ext4', '-O', 'meta_bg,^resize_inode', '-g', '2048'],
      true,
    ],
    ['ext3, cut off', ['-t', 'ext3', '-b', '1024', '-I', '128'], true],
    ['its first journal checksums, cut off', OLD, true, 'journal_checksum'],
    ['contents in the journal, cut off', OLD, true, 'data=journal'],
    [
      'inode tables that the guest itself writes, shut down',
      ['-t', 'ext4', '-b', '1024', '-g', '2048', '-E', 'lazy_itable_init=1,nodiscard'],
      false,
      'init_itable=0',
    ],
    ['ext2, shut down', ['-t', 'ext2'], false],
  ] as const)('equals what the repaired image holds: %s', async ([, options, isCut, mount]) => {
    const image = churnImage(lab, 'image', options);
    for (const seed of [11, 12]) {
      const cow = await churn(lab, image, { seed, hundreds: 5 * (seed - 10), isCut, mount });
      const [before, after, truth] = [
        openImage(image),
        openImage(image, { cow }),
        openImage(repairedMerge(lab, cow, image)),
      ];
      const { changes, unexplained } = offlineChanges(before, after);
      expect(naiveDiff(after, truth)).toEqual([]);
      expect({ changes: toDifferences(changes), unexplained }).toEqual({
        changes: naiveDiff(before, truth),
        unexplained: [],
      });
      for (const tree of [before, after, truth]) tree.close();
    }
  });

  it('refuses a journal with fast commits: e2fsck 1.47.0 cannot be followed there', async () => {
    const image = churnImage(lab, 'image', ['-t', 'ext4', '-O', 'fast_commit']);
    const cow = await churn(lab, image, { seed: 1, hundreds: 1, isCut: true, isSynced: true });
    expect(() => openImage(image, { cow })).toThrow('its journal has fast commits to replay');
  });
});
