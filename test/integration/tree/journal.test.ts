import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImage } from '../../../src/tree/ext4/image.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';
import { writeJournal } from '../../kit/journaled.ts';
import { contentOf } from '../../kit/listing.ts';

const BLOCK = 1_024;
const OLD = Buffer.alloc(5 * BLOCK, 'as it was. ');
const NEW = Buffer.alloc(BLOCK, 'replayed ');
/** Begins as a block of the journal does, and so is kept with its first bytes cut out. */
const ESCAPED = Buffer.concat([Buffer.from('c03b3998', 'hex'), Buffer.alloc(BLOCK - 4, 'e')]);

describe('openImage() of an image whose journal was not replayed', () => {
  let lab: ImageLab;
  let source: string;

  beforeAll(() => {
    lab = imageLab();
    source = lab.files('source', { file: OLD });
  });
  afterAll(() => lab.end());

  it.for([
    ['ext3, no checksums', ['-t', 'ext3'], ''],
    ['ext4 of 32 bits', ['-t', 'ext4', '-O', '^64bit'], '-c'],
    ['ext4, checksums of version 2', ['-t', 'ext4'], '-c -v 2'],
    ['ext4, checksums of version 3', ['-t', 'ext4'], '-c -v 3'],
    ['ext4 of 32 bits, version 2', ['-t', 'ext4', '-O', '^64bit'], '-c -v 2'],
  ] as const)('reads what e2fsck would make of it: %s', ([, options, open]) => {
    for (const content of [NEW, ESCAPED]) {
      const image = lab.mke2fs('image', ['-b', String(BLOCK), ...options], '16M', source);
      writeJournal(lab, image, 'file', { open, content });
      const tree = openImage(image);
      const found = contentOf(tree, 'file');
      tree.close();
      expect(found).toEqual(Buffer.concat([content, OLD.subarray(BLOCK)]));
      expect(found).toEqual(repaired(image));
    }
  });

  describe('damaged', () => {
    const COMMIT = Buffer.from('c03b399800000002', 'hex');

    /** Leaves a journal to replay, and changes one byte at `offset` from where `mark` is found. */
    function damaged(mark: Buffer, offset: number): string {
      const image = lab.mke2fs('image', ['-b', String(BLOCK), '-t', 'ext4'], '16M', source);
      writeJournal(lab, image, 'file', { open: '-c -v 3', content: NEW });
      const bytes = readFileSync(image);
      const at = bytes.indexOf(mark) + offset;
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(image, bytes);
      return image;
    }

    it('is refused where a block does not match its checksum', () => {
      expect(() => openImage(damaged(NEW, 500))).toThrow(
        /journal: the write of block \d+ has a wrong checksum/,
      );
    });

    it('is refused where a commit does not match its checksum', () => {
      expect(() => openImage(damaged(COMMIT, 0x10))).toThrow(
        /journal: transaction \d+ has a wrong checksum/,
      );
    });

    it('ends where a transaction has no commit', () => {
      const image = damaged(COMMIT, 0);
      const tree = openImage(image);
      const found = contentOf(tree, 'file');
      tree.close();
      expect(found).toEqual(OLD);
      expect(found).toEqual(repaired(image));
    });
  });

  function repaired(image: string): Buffer {
    const copy = lab.path('copy');
    copyFileSync(image, copy);
    try {
      execFileSync('/sbin/e2fsck', ['-fy', copy], { stdio: 'pipe' });
    } catch (error) {
      expect(error).toMatchObject({ status: 1 });
    }
    const tree = openImage(copy);
    const content = contentOf(tree, 'file');
    tree.close();
    return content;
  }
});
