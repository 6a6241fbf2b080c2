import { describe, expect, it } from 'vitest';
import { autoSize, mkfsCommand } from '../../../src/image/filesystem.ts';

const MIB = 2 ** 20;

describe('autoSize()', () => {
  it.for([
    [0, 512],
    [79, 512],
    [200, 768],
    [600, 1_536],
  ])('gives %i MiB of files an image of %i MiB', ([contents, size]) => {
    expect(autoSize((contents ?? 0) * MIB) / MIB).toBe(size);
  });
});

describe('mkfsCommand()', () => {
  const key = '0123456789abcdef0123456789abcdef';

  it('names the filesystem and gives it an identity made of the key', () => {
    expect(mkfsCommand('mke2fs', { root: '/r', image: '/i', size: 512 * MIB, key })).toEqual([
      ...['mke2fs', '-q', '-F', '-t', 'ext4', '-b', '4096', '-m', '0', '-N', '65536'],
      ...['-L', 'apppot', '-U', '01234567-89ab-8def-8123-456789abcdef', '-J', 'size=8'],
      ...['-O', '^orphan_file,^metadata_csum_seed'],
      '-E',
      'hash_seed=01234567-89ab-8def-8123-456789abcdef,root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0',
      ...['-d', '/r', '/i', '524288k'],
    ]);
  });

  it('gives large images more inodes', () => {
    const command = mkfsCommand('mke2fs', { root: '/r', image: '/i', size: 4_096 * MIB, key });
    expect(command[command.indexOf('-N') + 1]).toBe('262144');
  });
});
