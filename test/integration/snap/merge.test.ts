import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { recordBase } from '../../../src/snap/base.ts';
import { writeBundle } from '../../../src/snap/bundle.ts';
import { mergeBundle } from '../../../src/snap/merge.ts';
import { changesBetween } from '../../../src/snap/ways.ts';
import { liveTree } from '../../../src/tree/live.ts';
import { CRAFTED_BASE, type Crafted, craftBundle } from '../../kit/crafted-bundle.ts';
import { fullListing } from '../../kit/full-listing.ts';
import { shell } from '../../kit/shell.ts';
import { tempDirectory } from '../../kit/temp.ts';

const DIR = { type: 'directory' } as const;
const GUEST_MERGE = new URL('../../../image/guest/apppot-merge', import.meta.url).pathname;

/** `base` and `now` as the scripts make them, and the bundle of what differs. */
async function kept(before: string, after: string, file = 'c.tar.gz'): Promise<string> {
  const directory = tempDirectory();
  shell(directory, `mkdir now; cd now; ${before}`);
  shell(directory, `cp -a now base; cd now; ${after}`);
  const now = liveTree(`${directory}/now`);
  const difference = await changesBetween(liveTree(`${directory}/base`), now);
  const head = { base: CRAFTED_BASE, name: 'b', time: 1, tool: 't' };
  await writeBundle(`${directory}/${file}`, now, difference, head);
  return directory;
}

describe('mergeBundle() refuses a hostile bundle and touches nothing', () => {
  it.each<[string, Crafted[], number?]>([
    ['absolute path', [{ name: '/etc/x', text: 'x' }]],
    [
      'path with ..',
      [
        { name: 'd', ...DIR },
        { name: 'd/../../x', text: 'x' },
      ],
    ],
    ['..', [{ name: '..', ...DIR }]],
    ['empty component', [{ name: 'd//x', text: 'x' }]],
    ['.', [{ name: './x', text: 'x' }]],
    ['NUL in a path', [{ name: 'a\0b\xff', text: 'x' }]],
    ['file as root', [{ name: '.', text: 'x' }]],
    [
      'write through a symlink of its own',
      [
        { name: 'l', type: 'symlink', target: '../outside' },
        { name: 'l/x', text: 'x' },
      ],
    ],
    ['write through a symlink of the target', [{ name: 'link/x', text: 'x' }]],
    ['directory where the target has a symlink', [{ name: 'link', ...DIR }]],
    ['file where the target has a directory', [{ name: 'own', text: 'x' }]],
    ['below what is a file', [{ name: 'file/x', text: 'x' }]],
    ['below what is not there', [{ name: 'no/x', text: 'x' }]],
    ['hard link to the outside', [{ name: 'h', link: '../outside/secret' }]],
    ['hard link to an absolute path', [{ name: 'h', link: '/etc/passwd' }]],
    ['hard link to what the bundle lacks', [{ name: 'h', link: 'file' }]],
    [
      'hard link to a later member',
      [
        { name: 'a', link: 'b' },
        { name: 'b', text: 'x' },
      ],
    ],
    [
      'the same path twice',
      [
        { name: 'x', text: 'x' },
        { name: 'x', text: 'y' },
      ],
    ],
    [
      'paths out of order',
      [
        { name: 'x', text: 'x' },
        { name: 'a', text: 'y' },
      ],
    ],
    ['deletion after an entry', [{ name: 'a', text: 'x' }, { name: '.wh.file' }], 1],
    ['deletion of ..', [{ name: '.wh...' }], 1],
    ['deletion of .', [{ name: '.wh..' }], 1],
    ['deletion of nothing', [{ name: '.wh.' }], 1],
    ['deletion with .. in it', [{ name: 'own/../../.wh.outside' }], 1],
    ['more deletions than it says', [{ name: '.wh.file' }], 0],
    ['fewer deletions than it says', [{ name: '.wh.file' }], 7],
  ])('%s', async (_, members, deleted) => {
    const directory = tempDirectory();
    shell(
      directory,
      `mkdir outside t; echo s > outside/secret; cd t; mkdir own; echo x > own/f
      echo x > file; ln -s ../outside link`,
    );
    const before = [fullListing(`${directory}/t`), fullListing(`${directory}/outside`)];
    const bundle = craftBundle(`${directory}/b.tar.gz`, members, deleted);
    await expect(mergeBundle(bundle, `${directory}/t`)).rejects.toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^(BUNDLE_MALFORMED|MERGE_CONFLICT)$/),
      }),
    );
    expect([fullListing(`${directory}/t`), fullListing(`${directory}/outside`)]).toEqual(before);
  });

  it('deletion through a symlink of the target', async () => {
    const directory = tempDirectory();
    shell(directory, 'mkdir outside t; echo s > outside/secret; ln -s ../outside t/link');
    const bundle = craftBundle(`${directory}/b.tar.gz`, [{ name: 'link/.wh.secret' }], 1);
    await mergeBundle(bundle, `${directory}/t`);
    expect(readFileSync(`${directory}/outside/secret`, 'utf8')).toBe('s\n');
  });

  it.each(['c.tar.gz', 'c.tar.zst', 'c.tar'])('%s cut off anywhere', async (file) => {
    const directory = await kept('echo x > gone', 'rm gone; head -c 9000 /dev/urandom > f', file);
    const whole = readFileSync(`${directory}/${file}`);
    const before = fullListing(`${directory}/base`);
    for (let size = 0; size < whole.length - 1024; size += 977) {
      writeFileSync(`${directory}/${file}`, whole.subarray(0, size));
      await expect(mergeBundle(`${directory}/${file}`, `${directory}/base`)).rejects.toThrow(
        expect.objectContaining({ code: 'BUNDLE_MALFORMED' }),
      );
    }
    expect(fullListing(`${directory}/base`)).toEqual(before);
  });

  it.each([
    ['an archive of another kind', 'tar -cf f d'],
    ['a text', 'echo hello > f'],
    ['random bytes', 'head -c 5000 /dev/urandom > f'],
    ['an empty file', ': > f'],
    ['gzip of nothing', ': | gzip > f'],
  ])('%s', async (_, script) => {
    const directory = tempDirectory();
    shell(directory, `mkdir d; ${script}`);
    await expect(mergeBundle(`${directory}/f`, `${directory}/d`)).rejects.toThrow(
      expect.objectContaining({ code: 'BUNDLE_MALFORMED' }),
    );
  });
});

describe('mergeBundle()', () => {
  it.each(['c.tar.gz', 'c.tar.zst', 'c.tar'])('leaves no file open: %s', async (file) => {
    const directory = await kept('echo x > f', 'echo y > f', file);
    const open = (): number => readdirSync('/proc/self/fd').length;
    await mergeBundle(`${directory}/${file}`, `${directory}/base`);
    const before = open();
    for (let i = 0; i < 3; i += 1) await mergeBundle(`${directory}/${file}`, `${directory}/base`);
    expect(open()).toBe(before);
  });

  it('refuses another base and names both digests', async () => {
    const directory = tempDirectory();
    const bundle = craftBundle(`${directory}/b.tar.gz`, [{ name: 'x', text: 'x' }]);
    const base = `sha256:${'b'.repeat(64)}`;
    await expect(mergeBundle(bundle, directory, { base })).rejects.toThrow(
      `it was made on base ${CRAFTED_BASE} but this is ${base}`,
    );
    expect(existsSync(`${directory}/x`)).toBe(false);
  });

  it('gives the same tree when it is run twice', async () => {
    const directory = await kept(
      'mkdir a b; echo x > a/f; echo x > b/f; ln -s /etc l',
      'rm -r a l; echo y > a; mkdir l; echo z > l/f; echo y > b/f; ln b/f b/h',
    );
    await mergeBundle(`${directory}/c.tar.gz`, `${directory}/base`);
    await mergeBundle(`${directory}/c.tar.gz`, `${directory}/base`);
    expect(fullListing(`${directory}/base`)).toEqual(fullListing(`${directory}/now`));
  });

  it('changes nothing when it is only asked what it would do', async () => {
    const directory = await kept('echo x > f; echo x > g', 'rm f; echo y > g');
    const before = fullListing(`${directory}/base`);
    const head = await mergeBundle(`${directory}/c.tar.gz`, `${directory}/base`, { dryRun: true });
    expect([head.deleted, fullListing(`${directory}/base`)]).toEqual([1, before]);
  });

  it('keeps files that only the target has', async () => {
    const directory = await kept('mkdir d; echo x > d/f', 'echo y > d/f; echo z > d/g');
    shell(directory, 'echo own > base/d/own; mkdir base/mine; touch -r now/d base/d');
    await mergeBundle(`${directory}/c.tar.gz`, `${directory}/base`);
    expect(shell(`${directory}/base`, 'find . | sort')).toBe(
      '.\n./d\n./d/f\n./d/g\n./d/own\n./mine\n',
    );
  });

  it('leaves other names of a file it replaces alone', async () => {
    const directory = await kept('mkdir d; echo x > d/f', 'echo y > d/f');
    shell(directory, 'ln base/d/f keep');
    await mergeBundle(`${directory}/c.tar.gz`, `${directory}/base`);
    expect(readFileSync(`${directory}/keep`, 'utf8')).toBe('x\n');
  });

  it.each([
    ['immutable', '+i'],
    ['append-only', '+a'],
  ])('names what is %s in the target, and merges the rest', async (_, flag) => {
    const directory = await kept('echo x > f; echo x > g', 'echo y > f; echo y > g');
    shell(directory, `chattr ${flag} base/f`);
    const merge = mergeBundle(`${directory}/c.tar.gz`, `${directory}/base`);
    await merge.catch(() => undefined);
    shell(directory, 'chattr -ia base/f');
    await expect(merge).rejects.toThrow(
      expect.objectContaining({
        code: 'MERGE_INCOMPLETE',
        message: expect.stringContaining('./f'),
      }),
    );
    expect(shell(`${directory}/base`, 'cat f g')).toBe('x\ny\n');
  });
});

describe('apppot-merge', () => {
  const run = (directory: string, bundle: string): string =>
    shell(directory, `${GUEST_MERGE} ${bundle} base 2>&1 && echo "status 0" || echo "status $?"`);

  it('refuses another base with status 3 and one line that names both digests', async () => {
    const directory = await kept(
      'mkdir -p var/lib/apppot; echo sha256:0 > var/lib/apppot/base.digest',
      'echo y > f',
    );
    expect(run(directory, 'c.tar.gz')).toBe(
      `apppot-merge: Cannot merge bundle "${directory}/c.tar.gz": it was made on base ${CRAFTED_BASE} but this is sha256:0\nstatus 3\n`,
    );
    expect(existsSync(`${directory}/base/f`)).toBe(false);
  });

  it('refuses a tree without a recorded base', async () => {
    const directory = await kept(':', 'echo y > f');
    expect(run(directory, 'c.tar.gz')).toMatch(/but this is none\nstatus 3\n$/);
  });

  it('refuses what is no bundle, and what is not there', async () => {
    const directory = await kept(':', ':');
    shell(directory, 'tar -cf other.tar base');
    expect(run(directory, 'other.tar')).toMatch(/is no bundle of changes\nstatus 1\n$/);
    expect(run(directory, 'nothing')).toMatch(/no such file.*\nstatus 1\n$/);
    expect(shell(directory, `${GUEST_MERGE} 2>&1 || echo $?`)).toMatch(/usage.*\n2\n$/);
  });

  it.each(['c.tar.gz', 'c.tar.zst', 'c.tar'])('merges %s, also without changes', async (file) => {
    const record = `mkdir -p var/lib/apppot; echo ${CRAFTED_BASE} > var/lib/apppot/base.digest`;
    const directory = await kept(record, ':', file);
    const before = fullListing(`${directory}/base`);
    expect([run(directory, file), fullListing(`${directory}/base`)]).toEqual([
      'status 0\n',
      before,
    ]);
  });
});

it('recordBase() gives the same digest for the same tree', async () => {
  const directory = tempDirectory();
  shell(directory, 'mkdir d; echo x > d/f');
  const record = () => recordBase(liveTree(directory), { name: 'b', time: Date.now() / 1_000 });
  expect((await record()).digest).toBe((await record()).digest);
});
