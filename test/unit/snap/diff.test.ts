import { describe, expect, it } from 'vitest';
import { recordBase } from '../../../src/snap/base.ts';
import { sameInode } from '../../../src/snap/compare.ts';
import { diff, differenceAmong } from '../../../src/snap/diff.ts';
import { pairs } from '../../../src/snap/pairs.ts';
import { changesBetween, changesSince } from '../../../src/snap/ways.ts';
import { parseManifest } from '../../../src/tree/manifest.ts';
import type { Tree } from '../../../src/tree/tree.ts';
import { memoryTree, type Sketch } from '../../kit/memory-tree.ts';

type Sketches = Readonly<Record<string, Sketch>>;

async function since(before: Tree, after: Tree, warn?: (text: string) => void) {
  const { manifest } = await recordBase(before, { name: 'b', time: 1_000 });
  return changesSince(parseManifest(manifest, 'm'), after, warn === undefined ? {} : { warn });
}

async function marks(before: Sketches, after: Sketches): Promise<string[]> {
  const { changes } = await since(memoryTree(before), memoryTree(after));
  return changes.map(({ kind, path }) => `${kind} ${path}`);
}

const DIR = { type: 'directory' } as const;

describe('changesSince()', () => {
  it('names nothing where nothing changed', async () => {
    expect(await marks({ a: {}, d: DIR, 'd/x': {} }, { a: {}, d: DIR, 'd/x': {} })).toEqual([]);
  });

  it('names a removed directory once', async () => {
    expect(await marks({ d: DIR, 'd/x': {}, 'd/y': DIR, 'd-': {} }, { 'd-': {} })).toEqual([
      'delete d',
    ]);
  });

  it('names all that a new directory holds', async () => {
    expect(await marks({}, { d: DIR, 'd/x': {} })).toEqual(['add d', 'add d/x']);
  });

  it('takes another type for a deletion and an addition', async () => {
    expect(await marks({ p: DIR, 'p/x': {} }, { p: { type: 'symlink', target: 'q' } })).toEqual([
      'delete p',
      'add p',
    ]);
    expect(await marks({ p: { type: 'fifo' } }, { p: DIR, 'p/x': {} })).toEqual([
      'delete p',
      'add p',
      'add p/x',
    ]);
  });

  it.each<[string, Sketch]>([
    ['mode', { mode: 0o600 }],
    ['uid', { uid: 1 }],
    ['gid', { gid: 1 }],
    ['size', { size: 1 }],
    ['mtime', { mtime: 2n }],
    ['ctime', { ctime: 2n }],
    ['an older ctime', { ctime: 0n }],
    ['inode', { ino: 5 }],
  ])('sees another %s', async (_, change) => {
    expect(await marks({ a: {}, b: {} }, { a: change, b: {} })).toEqual(['modify a']);
  });

  it('sees another target and another device', async () => {
    const link = { type: 'symlink', target: 'x' } as const;
    const device = { type: 'char', major: 1, minor: 3 } as const;
    expect(
      await marks(
        { l: link, n: device },
        { l: { ...link, target: 'y' }, n: { ...device, minor: 4 } },
      ),
    ).toEqual(['modify l', 'modify n']);
  });

  it('takes a hard link along with its whole group', async () => {
    const old = { ino: 9, nlink: 2 };
    expect(await marks({ a: old, b: old }, { a: old, b: old, 'd/x': {} })).toEqual(['add d/x']);
    const now = { ino: 9, nlink: 3 };
    expect(await marks({ a: old, b: old }, { a: now, b: now, c: now })).toEqual([
      'modify a',
      'modify b',
      'add c',
    ]);
  });

  it('leaves alone what a mounted filesystem covers', async () => {
    const mounted = { ...DIR, ino: 1, mounted: true } as const;
    expect(await marks({ m: DIR, 'm/x': {}, z: {} }, { m: mounted })).toEqual(['delete z']);
    expect(await marks({}, { m: mounted })).toEqual(['add m']);
  });

  it('takes all for changed that was covered when the base was recorded', async () => {
    const mounted = { ...DIR, mounted: true } as const;
    expect(await marks({ m: mounted }, { m: DIR, 'm/x': {} })).toEqual(['modify m', 'add m/x']);
  });

  it('names the directories whose mtime a merge would disturb', async () => {
    const before = memoryTree({ d: DIR, 'd/e': DIR, 'd/e/x': {}, f: DIR, 'f/y': {} });
    const after = memoryTree({
      d: DIR,
      'd/e': DIR,
      'd/e/x': { size: 1 },
      f: { ...DIR, mtime: 3n },
    });
    expect((await since(before, after)).holders.map(({ path }) => path)).toEqual(['', 'd/e']);
  });

  it('goes by attributes in a copy, and says so', async () => {
    const before = memoryTree({ a: {}, b: {} }, '2:1');
    const after = memoryTree(
      { '': { ...DIR, ctime: 7n }, a: { ctime: 8n, ino: 1 }, b: { ctime: 9n, ino: 2, size: 4 } },
      '77:8',
    );
    const warnings: string[] = [];
    const { changes } = await since(before, after, (text) => warnings.push(text));
    expect(changes.map(({ path }) => path)).toEqual(['b']);
    expect(warnings).toEqual([expect.stringContaining('copy')]);
  });

  it('sees what changed in the clock tick in which the base was recorded', async () => {
    const late = 1_000_000_000_000n;
    const before = memoryTree({ a: { text: 'one', ctime: late }, b: { text: 'two', ctime: late } });
    const after = memoryTree({ a: { text: 'ONE', ctime: late }, b: { text: 'two', ctime: late } });
    expect((await since(before, after)).changes.map(({ path }) => path)).toEqual(['a']);
  });
});

describe('changesBetween()', () => {
  it('sees other bytes and other extended attributes behind equal times', async () => {
    const x = (value: number) => ({ xattrs: new Map([['user.x', Buffer.from([value])]]) });
    const before = memoryTree({ a: { text: 'one' }, b: x(1), c: { text: 'same', ...x(1) } });
    const after = memoryTree({ a: { text: 'two' }, b: x(2), c: { text: 'same', ...x(1), ino: 4 } });
    expect((await changesBetween(before, after)).changes.map(({ path }) => path)).toEqual([
      'a',
      'b',
    ]);
  });
});

describe('changesBetween() and changesSince()', () => {
  /** A tree that notes how many entries were announced, and refuses to be asked for any other. */
  function announcing(sketches: Sketches, counts: number[]): Tree {
    const tree = memoryTree(sketches);
    const announced = new Set<string>();
    return {
      ...tree,
      prefetch(entries) {
        counts.push(entries.length);
        for (const { path } of entries) announced.add(path);
      },
      xattrs(entry) {
        if (!announced.has(entry.path)) throw new Error(`${entry.path} was not announced`);
        return tree.xattrs(entry);
      },
    };
  }

  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, {}]));

  it('ask for extended attributes of many entries at a time', async () => {
    const counts: number[] = [];
    const [before, after] = [announcing(many, counts), announcing(many, counts)];
    expect((await changesBetween(before, after)).changes).toEqual([]);
    expect(counts).toEqual([4_096, 4_096, 905, 905]);
  });

  it('ask so of those that changed in the clock tick of the recording', async () => {
    const late = { ctime: 1_000_000_000_000n };
    const sketches = { ...many, late, later: late };
    const counts: number[] = [];
    const { changes } = await since(announcing(sketches, counts), announcing(sketches, counts));
    expect([changes, counts]).toEqual([[], [2, 2]]);
  });
});

describe('differenceAmong()', () => {
  it('gives what diff() gives when it sees only what may differ', async () => {
    const linked = { ino: 9, nlink: 2 };
    const before = memoryTree({ d: DIR, 'd/x': {}, e: DIR, 'e/f': linked, g: linked, z: {} });
    const after = memoryTree({
      ...{ d: DIR, 'd/x': { size: 1 }, e: DIR, 'e/f': { ...linked, ctime: 2n }, z: {} },
      g: { ...linked, ctime: 2n },
    });
    const all = [...pairs(before.entries(), after.entries())];
    const candidates = all.filter(({ path }) => ['d/x', 'e/f', 'g'].includes(path));
    const entries = new Map([...after.entries()].map((found) => [found.path, found]));
    const lookup = (path: string) => entries.get(path);
    const found = await differenceAmong(candidates, sameInode, { lookup });
    expect(found).toEqual(await diff(before, after, sameInode));
    expect(found.holders.map(({ path }) => path)).toEqual(['', 'd', 'e']);
  });

  it('leaves out what is excluded', async () => {
    const [before, after] = [memoryTree({}), memoryTree({ a: DIR, 'a/x': {}, b: {} })];
    const candidates = pairs(before.entries(), after.entries());
    const { changes } = await differenceAmong(candidates, sameInode, {
      skip: (path) => path === 'a',
    });
    expect(changes.map(({ path }) => path)).toEqual(['b']);
  });
});
