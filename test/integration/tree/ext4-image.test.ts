import { linkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openImage } from '../../../src/tree/ext4/image.ts';
import { comparePaths } from '../../../src/tree/tree.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';
import { contentOf, describe as line } from '../../kit/listing.ts';

const LONG_NAME = 'n'.repeat(255);
const LONG_TARGET = `/${'t'.repeat(99)}`;
const BIG = Buffer.alloc(300_000, 'big file, many blocks. ');

/** Each kind of filesystem that mke2fs makes, and the oddest combinations of what it can vary. */
const KINDS: readonly (readonly string[])[] = [
  ['-t', 'ext4'],
  ['-t', 'ext4', '-b', '1024'],
  ['-t', 'ext4', '-b', '1024', '-I', '128'],
  ['-t', 'ext4', '-b', '65536'],
  ['-t', 'ext4', '-I', '1024'],
  ['-t', 'ext4', '-O', 'inline_data'],
  ['-t', 'ext4', '-O', 'inline_data,^metadata_csum,uninit_bg', '-b', '1024'],
  ['-t', 'ext4', '-O', 'orphan_file,metadata_csum_seed'],
  ['-t', 'ext4', '-O', 'bigalloc', '-C', '16384'],
  ['-t', 'ext4', '-O', 'meta_bg,^resize_inode', '-b', '1024', '-g', '1024', '-N', '2048'],
  ['-t', 'ext4', '-O', '^64bit,^flex_bg,^metadata_csum'],
  ['-t', 'ext4', '-O', 'sparse_super2,quota,project'],
  ['-t', 'ext3'],
  ['-t', 'ext3', '-b', '1024', '-I', '128'],
  ['-t', 'ext2'],
  ['-t', 'ext2', '-b', '1024', '-I', '128', '-O', '^filetype'],
  ['-t', 'ext2', '-r', '0', '-O', 'none'],
];

const EDITS = [
  'symlink short dangling',
  `symlink long ${LONG_TARGET}`,
  'mknod null c 1 3',
  'mknod disk b 259 60000',
  'mknod pipe p',
  'set_inode_field etc/passwd mode 0104755',
  'set_inode_field etc/passwd uid 70000',
  'set_inode_field etc/passwd gid 4000000000',
  'set_inode_field null mode 020666',
  'set_inode_field disk mode 060640',
  'set_inode_field pipe mode 010600',
  'set_inode_field / mode 040755',
  'set_inode_field / uid 0',
];

describe('openImage()', () => {
  let lab: ImageLab;
  let source: string;

  beforeAll(() => {
    lab = imageLab();
    source = lab.files('source', {
      'etc/passwd': 'root:x:0:0',
      'etc/hosts': '127.0.0.1 localhost\n',
      'etc/empty': '',
      'big/file': BIG,
      'big/small-1': Buffer.alloc(61, 'a'),
      'big-not-below': Buffer.alloc(100, 'b'),
      [`deep/er/${LONG_NAME}`]: 'x',
    });
    linkSync(join(source, 'etc/hosts'), join(source, 'etc/hosts.link'));
  });
  afterAll(() => lab.end());

  it.for(KINDS.map((options) => [options.join(' '), options] as const))(
    'reads what mke2fs %s made',
    ([, options]) => {
      const image = lab.mke2fs('image', options, '16M', source);
      lab.debugfs(image, EDITS);
      const tree = openImage(image);
      const entries = [...tree.entries()].filter(({ path }) => path !== 'lost+found');
      expect(entries.map((entry) => line({ ...entry, mode: entry.mode & 0o7700 }))).toEqual([
        ' directory 700 0:0 0',
        'big directory 700 0:0 0',
        'big/file file 600 0:0 300000',
        'big/small-1 file 600 0:0 61',
        'big-not-below file 600 0:0 100',
        'deep directory 700 0:0 0',
        'deep/er directory 700 0:0 0',
        `deep/er/${LONG_NAME} file 600 0:0 1`,
        'disk block 600 0:0 259:60000',
        'etc directory 700 0:0 0',
        'etc/empty file 600 0:0 0',
        'etc/hosts file 600 0:0 20',
        'etc/hosts.link file 600 0:0 20',
        'etc/passwd file 4700 70000:4000000000 10',
        `long symlink 700 0:0 ${LONG_TARGET}`,
        'null char 600 0:0 1:3',
        'pipe fifo 600 0:0 0',
        'short symlink 700 0:0 dangling',
      ]);
      expect(entries.map(({ path }) => path)).toEqual(
        entries.map(({ path }) => path).sort(comparePaths),
      );
      expect(
        ['big/file', 'big/small-1', 'etc/hosts', 'etc/empty'].map((path) => contentOf(tree, path)),
      ).toEqual([
        BIG,
        Buffer.alloc(61, 'a'),
        Buffer.from('127.0.0.1 localhost\n'),
        Buffer.alloc(0),
      ]);
      tree.close();
    },
  );
});
