import { copyFileSync, linkSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { offlineChanges } from '../../../src/tree/ext4/changed.ts';
import { type ImageTree, openImage } from '../../../src/tree/ext4/image.ts';
import { encodeNamesIndex, openNamesIndex } from '../../../src/tree/ext4/names-index.ts';
import { writeCow } from '../../kit/cow-file.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';
import { naiveDiff, toDifferences } from '../../kit/naive-diff.ts';
import { writeQcow2 } from '../../kit/qcow2-file.ts';

const MARK = Buffer.from('a mark that is found again. ');

describe('offlineChanges()', () => {
  let lab: ImageLab;
  let base: string;
  let next: string;

  beforeAll(() => {
    lab = imageLab();
    const source = lab.files('source', {
      'a/one': 'one',
      'a/two': Buffer.alloc(20_000, 'two'),
      'a/deep/er/file': 'deep',
      'b/linked': 'linked',
      'b/gone/x': 'x',
      'b/gone/y/z': 'z',
      'c/file': MARK,
      same: 'same',
    });
    linkSync(join(source, 'b/linked'), join(source, 'c/linked'));
    base = lab.mke2fs('base', ['-t', 'ext4', '-b', '1024'], '8M', source);
    next = lab.path('next');
    writeFileSync(lab.path('new'), Buffer.alloc(5_000, 'new'));
  });
  afterAll(() => lab.end());

  /** Edits a copy of the base image, and finds the changes in each way there is. */
  function editedBy(commands: readonly string[]) {
    copyFileSync(base, next);
    lab.debugfs(next, commands);
    return {
      cow: found(writeCow(lab.path('cow'), base, next)),
      qcow2: found(writeQcow2(lab.path('qcow2'), base, next, { backing: 'base' })),
      raw: found(next),
    };
  }

  function found(path: string) {
    const [before, after] = [openImage(base), openImage(path)];
    try {
      const { changes, unexplained } = offlineChanges(before, after);
      const indexed = offlineChanges(before, after, indexOf(before)).changes;
      expect(toDifferences(indexed)).toEqual(toDifferences(changes));
      return { changes: toDifferences(changes), unexplained, truth: naiveDiff(before, after) };
    } finally {
      before.close();
      after.close();
    }
  }

  function indexOf({ filesystem }: ImageTree) {
    writeFileSync(lab.path('names'), encodeNamesIndex(filesystem));
    return openNamesIndex(lab.path('names'), filesystem.volume.superblock.inodes);
  }

  function expectChanges(commands: readonly string[], wanted: readonly string[]): void {
    const same = { changes: wanted, unexplained: [], truth: wanted };
    expect(editedBy(commands)).toEqual({ cow: same, qcow2: same, raw: same });
  }

  const added = (path: string) => `write ${lab.path('new')} ${path}`;

  it('finds nothing where nothing changed', () => {
    expectChanges([], []);
  });

  it('takes access and change times for no change', () => {
    expectChanges(
      ['set_inode_field same atime 20200101', 'set_inode_field same ctime 20200101'],
      [],
    );
  });

  it.each([
    ['mode', 'set_inode_field a/one mode 0100600'],
    ['owner', 'set_inode_field a/one uid 77'],
    ['group', 'set_inode_field a/one gid 70000'],
    ['mtime', 'set_inode_field a/one mtime 20200101'],
    ['nanoseconds of mtime', 'set_inode_field a/one mtime_extra 8'],
    ['small attribute', 'ea_set a/one user.a b'],
    ['large attribute', `ea_set a/one user.a ${'b'.repeat(700)}`],
    ['length', 'set_inode_field a/one size 2'],
  ])('finds a changed %s', (_, command) => {
    expectChanges([command], ['! a/one']);
  });

  it('finds a file under each of its names', () => {
    expectChanges(['set_inode_field b/linked mode 0100600'], ['! b/linked', '! c/linked']);
  });

  it('finds what is new, and what is gone as one change', () => {
    expectChanges(
      [added('fresh'), 'rm b/gone/y/z', 'rmdir b/gone/y', 'rm b/gone/x', 'rmdir b/gone'],
      ['- b/gone', '+ fresh'],
    );
  });

  it('finds a directory that moved, with all below it', () => {
    const moved = editedBy(['ln a/deep moved', 'unlink a/deep']);
    expect(moved.cow.changes).toEqual(['- a/deep', '+ moved', '+ moved/er', '+ moved/er/file']);
    expect(moved.cow.changes).toEqual(moved.cow.truth);
    expect(moved.raw).toEqual(moved.cow);
  });

  it('finds a path that became something else', () => {
    expectChanges(
      ['rm same', 'mkdir same', added('same/inner'), 'rm a/one', 'symlink a/one target'],
      ['! a/one', '! same', '+ same/inner'],
    );
  });

  it('finds contents that changed while the inode did not', () => {
    copyFileSync(base, next);
    const bytes = readFileSync(next);
    bytes.write('A', bytes.indexOf(MARK));
    writeFileSync(next, bytes);
    const same = { changes: ['! c/file'], unexplained: [], truth: ['! c/file'] };
    expect(found(writeCow(lab.path('cow'), base, next))).toEqual(same);
  });

  it('names changed blocks that belong to nothing', () => {
    copyFileSync(base, next);
    const free = Number(lab.ask(next, 'ffb 1 5000').replace(/\D+/g, ' ').trim());
    lab.debugfs(next, [`setb ${free}`, `zap_block -p 170 ${free}`]);
    expect(found(writeCow(lab.path('cow'), base, next))).toMatchObject({
      changes: [],
      unexplained: [free],
    });
    lab.debugfs(next, [`freeb ${free}`]);
    expect(found(writeCow(lab.path('cow'), base, next))).toMatchObject({ unexplained: [] });
  });

  it('passes over a changed directory that has no name', () => {
    expectChanges(['set_inode_field b/gone mtime 20200101', 'unlink b/gone'], ['- b/gone']);
  });

  it('does not pass over a changed directory that is not where it says it is', () => {
    copyFileSync(base, next);
    lab.debugfs(next, ['ln b/gone a/here', 'unlink b/gone']);
    const before = openImage(next);
    copyFileSync(next, lab.path('later'));
    lab.debugfs(lab.path('later'), ['set_inode_field a/here mtime 20200101']);
    const after = openImage(lab.path('later'));
    expect(() => [...offlineChanges(before, after).changes]).toThrow('is not where it says it is');
    before.close();
    after.close();
  });

  it('compares two filesystems of different make by their paths and contents', () => {
    const other = lab.mke2fs('other', ['-t', 'ext2'], '4M', lab.path('source'));
    lab.debugfs(other, ['rm same', added('a/fresh')]);
    const { changes, truth } = found(other);
    expect(changes).toEqual(truth);
    expect(changes).toEqual(expect.arrayContaining(['+ a/fresh', '- same']));
  });

  it('equals a comparison of everything, after any edits', () => {
    const directory = fc.constantFrom('', 'a/', 'b/', 'a/deep/', 'b/gone/y/');
    const name = fc.constantFrom('one', 'two', 'linked', 'x', 'z', 'n1', 'n2', 'file');
    const path = fc.tuple(directory, name).map(([where, what]) => where + what);
    const edit = fc.oneof(
      path.map((at) => `rm ${at}`),
      path.map((at) => `mkdir ${at}`),
      path.map(added),
      path.map((at) => `symlink ${at} somewhere`),
      path.map((at) => `set_inode_field ${at} mtime 20220202`),
      path.map((at) => `ea_set ${at} user.name value`),
    );
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 12 }), (edits) => {
        copyFileSync(base, next);
        lab.tryDebugfs(next, edits);
        const { changes, unexplained, truth } = found(writeCow(lab.path('cow'), base, next));
        expect({ changes, unexplained }).toEqual({ changes: truth, unexplained: [] });
      }),
      { seed: 7, numRuns: 25 },
    );
  });
});
