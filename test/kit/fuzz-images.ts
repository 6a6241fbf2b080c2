import { linkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ImageLab } from './image-lab.ts';
import { writeJournal } from './journaled.ts';

/** Small images, dense in structures of every kind; half of them without checksums to hide behind. */
export function fuzzImages(lab: ImageLab): string[] {
  const source = sourceFiles(lab);
  const make = (name: string, ...options: string[]): string => {
    const image = lab.mke2fs(name, options, '3M', source);
    lab.debugfs(image, [
      'ea_set kept user.small value',
      `ea_set kept user.large ${'v'.repeat(700)}`,
    ]);
    return image;
  };
  const plain = ['-b', '1024', '-N', '128'];
  const images = [
    make('ext4', '-t', 'ext4', '-O', '^has_journal', ...plain),
    make('unsummed', '-t', 'ext4', '-O', '^has_journal,^metadata_csum', ...plain),
    make('inline', '-t', 'ext4', '-O', '^has_journal,^metadata_csum,inline_data', ...plain),
    make('ext2', '-t', 'ext2', '-I', '128', ...plain),
    make('journal', '-t', 'ext4', '-J', 'size=1', ...plain),
    make('oldjournal', '-t', 'ext3', '-J', 'size=1', ...plain),
  ];
  for (const image of images.slice(-2)) writeJournal(lab, image, 'kept');
  return images;
}

function sourceFiles(lab: ImageLab): string {
  const many = Array.from({ length: 40 }, (_, i) => [`many/name-${i}-${'x'.repeat(i)}`, `${i}`]);
  const source = lab.files('source', {
    ...Object.fromEntries(many),
    kept: Buffer.alloc(9_000, 'kept'),
    'deep/er/and/deeper/file': 'x',
    large: Buffer.alloc(290_000, 'indirect'),
  });
  symlinkSync('short', join(source, 'link'));
  symlinkSync('long/'.repeat(30), join(source, 'longlink'));
  linkSync(join(source, 'kept'), join(source, 'kept-too'));
  return source;
}
