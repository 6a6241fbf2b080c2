import { describe, expect, it } from 'vitest';
import { baseOf, joinPath, parentOf, showPath, toBytePath } from '../../../src/tree/byte-path.ts';
import { parseMountInfo } from '../../../src/tree/mounts.ts';
import { parseXattrDump } from '../../../src/tree/xattr-dump.ts';

describe('byte paths', () => {
  it('showPath() shows UTF-8 as it is, and escapes what cannot be shown', () => {
    const shown = ['caf\xc3\xa9', 'caf\xe9', 'a\nb', 'a\\b', '\xff\\\n'].map(showPath);
    expect(shown).toEqual(['café', 'caf\\xe9', 'a\\x0ab', 'a\\\\b', '\\xff\\\\\\x0a']);
  });

  it('toBytePath() gives one character per byte', () => {
    expect(toBytePath('é')).toBe('\xc3\xa9');
  });

  it('joinPath(), parentOf() and baseOf() know the root', () => {
    expect([joinPath('', ''), joinPath('', 'a'), joinPath('/r', '')]).toEqual(['/', '/a', '/r']);
    expect([parentOf('a'), parentOf('a/b/c'), baseOf('a/b'), baseOf('a')]).toEqual([
      '',
      'a/b',
      'b',
      'a',
    ]);
  });
});

it('parseMountInfo() unescapes mount points', () => {
  const text = `22 27 0:21 / /proc rw,relatime - proc proc rw
99 27 8:1 /x /mnt/a\\040b\\134c rw shared:1 - ext4 /dev/sda1 rw
`;
  expect([...parseMountInfo(text)]).toEqual(['/proc', '/mnt/a b\\c']);
});

it('parseXattrDump() unescapes paths and names, and reads every kind of value', () => {
  const text = `# file: a\\012b
user.q=0x6869

# file: ./c\\134d
user.x\\075y\\012z=0x00ff
user.empty
user.blank=""

# file: .
system.posix_acl_default=0x02

`;
  expect(parseXattrDump(text)).toEqual(
    new Map([
      ['a\nb', new Map([['user.q', Buffer.from('hi')]])],
      [
        'c\\d',
        new Map([
          ['user.x=y\nz', Buffer.from([0, 255])],
          ['user.empty', Buffer.alloc(0)],
          ['user.blank', Buffer.alloc(0)],
        ]),
      ],
      ['', new Map([['system.posix_acl_default', Buffer.from([2])]])],
    ]),
  );
});
