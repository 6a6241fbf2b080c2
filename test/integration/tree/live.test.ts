import { readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { liveTree } from '../../../src/tree/live.ts';
import { type Contents, comparePaths, type Entry } from '../../../src/tree/tree.ts';
import { shell } from '../../kit/shell.ts';
import { tempDirectory } from '../../kit/temp.ts';

function listed(root: string): Map<string, Entry> {
  return new Map([...liveTree(root).entries()].map((entry) => [entry.path, entry]));
}

function read(contents: Contents): string {
  const bytes = Buffer.alloc(64);
  const length = contents.read(bytes, 0);
  contents.close();
  return bytes.toString('latin1', 0, length);
}

describe('liveTree()', () => {
  it('lists what find(1) lists, in the order of paths', () => {
    const root = tempDirectory();
    shell(
      root,
      `mkdir -p a/b a-b a.b $'d\\xff/e'; touch a/x a-b/x a.b/x ab $'d\\xff/e/\\xe9' $'n\\nl'`,
    );
    const paths = [...listed(root).keys()];
    const found = shell(root, 'find . -printf "%P\\0"').split('\0').slice(0, -1);
    expect(paths).toEqual([...found].sort(comparePaths));
  });

  it('reports every attribute as stat(1) does', () => {
    const root = tempDirectory();
    shell(
      root,
      `echo x > f; ln f h; chown 70000:3000000000 f; chmod 4751 f; touch -d '1960-01-01 0:00:00.123456789 UTC' f
      ln -s $'to\\xff' l; mknod c c 4095 1048575; mkfifo p`,
    );
    const found = listed(root);
    const [ino, ctime] = shell(root, 'stat -c "%i %.9Z" f').trim().split(' ');
    expect(found.get('f')).toEqual({
      ...{ path: 'f', type: 'file', mode: 0o4751, uid: 70_000, gid: 3_000_000_000, size: 2 },
      ...{ mtime: -315_619_199_876_543_211n, nlink: 2 },
      ...{ ino: Number(ino), ctime: BigInt((ctime ?? '').replace('.', '')) },
    });
    const { target } = found.get('l') ?? {};
    const { type, major, minor } = found.get('c') ?? {};
    expect([target, type, major, minor, found.get('p')?.type]).toEqual([
      'to\xff',
      'char',
      4095,
      1_048_575,
      'fifo',
    ]);
  });

  it('goes on when files and directories vanish while it walks', () => {
    const root = tempDirectory();
    shell(root, 'mkdir a b c; touch a/1 a/2 b/1 c/1 z');
    const paths: string[] = [];
    for (const { path } of liveTree(root).entries()) {
      paths.push(path);
      if (path === 'a/1') {
        unlinkSync(`${root}/a/2`);
        rmSync(`${root}/b`, { recursive: true });
      }
      if (path === 'c') rmSync(`${root}/c`, { recursive: true });
    }
    expect(paths).toEqual(['', 'a', 'a/1', 'c', 'z']);
  });

  it('contents() tells that a file is gone, or has become something else', () => {
    const root = tempDirectory();
    writeFileSync(`${root}/f`, 'x');
    const tree = liveTree(root);
    const file = [...tree.entries()][1] as Entry;
    unlinkSync(`${root}/f`);
    const gone = expect.objectContaining({ kind: 'missing' });
    expect(() => tree.contents(file)).toThrow(gone);
    symlinkSync('/etc/passwd', `${root}/f`);
    expect(() => tree.contents(file)).toThrow(gone);
  });

  it('contents() finds holes in small files and in huge ones', () => {
    const root = tempDirectory();
    shell(
      root,
      `truncate -s 1M small; printf x | dd of=small bs=1 seek=500000 conv=notrunc status=none
      truncate -s 1T huge; printf x | dd of=huge bs=1 seek=500000000000 conv=notrunc status=none
      truncate -s 2T none; printf dense > dense`,
    );
    const tree = liveTree(root);
    const segments = new Map(
      [...tree.entries()].slice(1).map((entry) => {
        const contents = tree.contents(entry);
        const found = contents.segments();
        contents.close();
        return [entry.path, found];
      }),
    );
    const block = (at: number) => Math.floor(at / 4096) * 4096;
    expect(segments).toEqual(
      new Map([
        ['dense', [{ offset: 0, length: 5 }]],
        ['huge', [{ offset: block(500_000_000_000), length: 4096 }]],
        ['none', []],
        ['small', [{ offset: block(500_000), length: 4096 }]],
      ]),
    );
  });

  it('contents() reads from any offset, and less at the end', () => {
    const root = tempDirectory();
    writeFileSync(`${root}/f`, 'hello');
    const tree = liveTree(root);
    const file = [...tree.entries()][1] as Entry;
    expect(read(tree.contents(file))).toBe('hello');
  });

  it('xattrs() reads names and values of any bytes, of symlinks and odd paths too', () => {
    const root = tempDirectory();
    shell(
      root,
      `touch $'n\\nl\\xff' plain; ln -s plain l
      setfattr -n $'user.a=b\\xff' -v 0x000aff $'n\\nl\\xff'; setfattr -h -n trusted.t -v v l`,
    );
    const tree = liveTree(root);
    const entries = [...tree.entries()];
    tree.prefetch?.(entries);
    const found = new Map(entries.map((entry) => [entry.path, [...tree.xattrs(entry)]]));
    expect(found).toEqual(
      new Map([
        ['', []],
        ['l', [['trusted.t', Buffer.from('v')]]],
        ['n\nl\xff', [['user.a=b\xff', Buffer.from([0, 10, 255])]]],
        ['plain', []],
      ]),
    );
  });

  it('refuses what is no directory', () => {
    const root = tempDirectory();
    writeFileSync(`${root}/f`, 'x');
    for (const path of [`${root}/f`, `${root}/nothing`]) {
      expect(() => liveTree(path)).toThrow(expect.objectContaining({ code: 'TREE_UNREADABLE' }));
    }
  });

  it('has another identity than a copy of it has', () => {
    const root = tempDirectory();
    shell(root, 'mkdir t; cp -a t c; mv t m');
    const identity = (name: string): string | undefined => liveTree(`${root}/${name}`).identity;
    expect(identity('m')).toMatch(/^\d+:\d+$/);
    expect(identity('c')).not.toBe(identity('m'));
    expect(readdirSync(root).sort()).toEqual(['c', 'm']);
  });
});
