import { expect, it } from 'vitest';
import { sessionScript } from '../../../src/image/session.ts';

it('sessionScript() unpacks, puts the entries in order and makes the filesystem, all quoted', () => {
  const script = sessionScript({
    tar: "/c/it's.tar",
    root: '/w/root',
    contents: '/w/c c',
    entries: [
      { type: 'directory', path: '/home/user', mode: 0o755, uid: 1_000, gid: 1_000 },
      { type: 'file', path: '/etc/$(x)', mode: 0o4_750, uid: 0, gid: 5, content: Buffer.from('') },
      { type: 'symlink', path: '/etc/l', target: '../a b', uid: 0, gid: 0 },
    ],
    mkfs: ['mke2fs', '-d', '/w/root', '/o ut.img'],
  });
  const lines = script.split('\n');
  expect([
    lines.find((line) => line.startsWith('tar ')),
    ...lines.slice(lines.findIndex((line) => line.startsWith('directory /'))),
  ]).toEqual([
    `tar --extract --file '/c/it'\\''s.tar' --directory "$root" --numeric-owner --preserve-permissions --xattrs --xattrs-include='*'`,
    'directory /home/user 755 1000:1000',
    "file '/etc/$(x)' 4750 0:5 '/w/c c/1'",
    "symlink /etc/l '../a b'",
    "mke2fs -d /w/root '/o ut.img'",
    '',
  ]);
});
