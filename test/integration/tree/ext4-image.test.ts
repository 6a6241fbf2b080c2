import { execFileSync } from 'node:child_process';
import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageTree, openImage } from '../../../src/tree/ext4/image.ts';
import { comparePaths } from '../../../src/tree/tree.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';
import { contentOf, entryOf, describe as line } from '../../kit/listing.ts';

const UUID = '0db36f17-20ce-4f23-9d61-3d6a4a44d9f7';
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

  it('reads nothing from inode tables that were never written', () => {
    const image = lab.path('lazy');
    writeFileSync(image, Buffer.alloc(16 * 2 ** 20, 0xa5));
    const options = ['-q', '-F', '-t', 'ext4', '-b', '1024', '-g', '1024', '-N', '2048'];
    const lazy = ['-E', 'lazy_itable_init=1,nodiscard'];
    execFileSync('/sbin/mke2fs', [...options, ...lazy, '-d', source, image]);
    expect(lab.ask(image, 'stats')).toContain('Inode not init');
    const tree = openImage(image);
    expect([...tree.entries()].length).toBe(14);
    expect(contentOf(tree, 'big/file')).toEqual(BIG);
    tree.close();
  });

  describe('of one image', () => {
    const using = <T>(use: (tree: ImageTree) => T): T => {
      const tree = openImage(lab.mke2fs('one', ['-t', 'ext4', '-U', UUID], '16M', source));
      try {
        return use(tree);
      } finally {
        tree.close();
      }
    };

    it('looks single paths up as the listing has them', () => {
      using((tree) => {
        const entries = [...tree.entries()];
        expect(entries.map(({ path }) => tree.lookup(path))).toEqual(entries);
        expect(['nothing', 'etc/hosts/x', 'etc/none/x'].map((path) => tree.lookup(path))).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
      });
    });

    it('knows which filesystem it is', () => {
      using(({ uuid, blockSize, identity }) => {
        expect({ uuid, blockSize, identity }).toEqual({
          uuid: UUID,
          blockSize: 1_024,
          identity: expect.stringMatching(/^2:\d{10}000000000$/),
        });
      });
    });

    it('has contents of regular files only', () => {
      using((tree) => {
        expect(() => tree.contents(entryOf(tree, 'etc'))).toThrow('it is a directory, not a file');
      });
    });

    it('reads any part of a file, and says where its data lies', () => {
      const image = lab.mke2fs('sparse', ['-t', 'ext4', '-b', '1024'], '16M', source);
      lab.debugfs(image, ['fallocate big/small-1 3 5', 'set_inode_field big/small-1 size 100000']);
      const tree = openImage(image);
      const contents = tree.contents(entryOf(tree, 'big/small-1'));
      expect(contents.segments()).toEqual([{ offset: 0, length: 1_024 }]);
      const wanted = Buffer.alloc(100_000);
      wanted.fill('a', 0, 61);
      for (const [offset, length] of [
        [0, 100_000],
        [60, 10],
        [2_000, 9_000],
        [99_990, 10],
      ] as const) {
        const target = Buffer.alloc(length, 0xee);
        expect(contents.read(target, offset)).toBe(length);
        expect(target.equals(wanted.subarray(offset, offset + length))).toBe(true);
      }
      expect([
        contents.read(Buffer.alloc(50), 99_990),
        contents.read(Buffer.alloc(5), 200_000),
      ]).toEqual([10, 0]);
      tree.close();
    });
  });

  it('gives extended attributes as the kernel does, wherever they lie', () => {
    const acl = Buffer.from(
      '0200000001000600ffffffff02000400e803000004000400ffffffff10000700ffffffff20000400ffffffff',
      'hex',
    );
    const capability = Buffer.from('0100000200200000000000000000000000000000', 'hex');
    const files = { acl, capability, large: Buffer.alloc(700, 'v') };
    for (const [name, value] of Object.entries(files)) writeFileSync(lab.path(name), value);
    for (const options of [
      ['-b', '1024'],
      ['-b', '1024', '-I', '128'],
      ['-O', 'ea_inode', '-b', '1024'],
    ]) {
      const image = lab.mke2fs('xattrs', ['-t', 'ext4', ...options], '16M', source);
      lab.debugfs(image, [
        `ea_set -f ${lab.path('capability')} etc/hosts security.capability`,
        `ea_set -f ${lab.path('large')} etc/hosts user.large`,
        'ea_set etc/hosts user.a one',
        `ea_set -f ${lab.path('acl')} etc/passwd system.posix_acl_access`,
        'ea_set etc/passwd trusted.t two',
      ]);
      const tree = openImage(image);
      expect([...tree.xattrs(entryOf(tree, 'etc/hosts'))]).toEqual([
        ['security.capability', new Uint8Array(capability)],
        ['user.a', new Uint8Array(Buffer.from('one'))],
        ['user.large', new Uint8Array(Buffer.alloc(700, 'v'))],
      ]);
      expect([...tree.xattrs(entryOf(tree, 'etc/passwd'))]).toEqual([
        ['system.posix_acl_access', new Uint8Array(acl)],
        ['trusted.t', new Uint8Array(Buffer.from('two'))],
      ]);
      expect([...tree.xattrs(entryOf(tree, 'etc'))]).toEqual([]);
      tree.close();
    }
  });
});
