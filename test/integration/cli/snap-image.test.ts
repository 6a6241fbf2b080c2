import { copyFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCow } from '../../kit/cow-file.ts';
import { type ImageLab, imageLab } from '../../kit/image-lab.ts';
import { type SnapProgram, snapProgram } from '../../kit/snap-program.ts';

const DIGEST = `sha256:${'1'.repeat(64)}`;

describe('apppot-snap of images', () => {
  let lab: ImageLab;
  let program: SnapProgram;
  let base: string;
  let next: string;

  beforeAll(() => {
    lab = imageLab();
    program = snapProgram(lab.directory);
    const files = {
      'etc/apppot/exclude': '# own list\n/scratch/*\n',
      'var/lib/apppot/base.digest': `${DIGEST}\n`,
      'scratch/x': 'x',
      'd/one': 'one',
      'd/two': 'two',
    };
    base = lab.mke2fs('base', ['-t', 'ext4', '-b', '1024'], '8M', lab.files('files', files));
    next = lab.path('next');
  });
  afterAll(() => lab.end());

  function edited(commands: readonly string[]): string {
    copyFileSync(base, next);
    lab.debugfs(next, commands);
    return writeCow(lab.path('cow'), base, next);
  }

  const snap = (...words: string[]) => program.run(words);

  it('finds changes through a COW file and between images, less what the image excludes', () => {
    const cow = edited(['rm d/one', 'rm scratch/x', 'mkdir d/new']);
    const wanted = { status: 0, stdout: 'A /d/new\nD /d/one\n', stderr: '' };
    expect(snap('diff', '--image', base, '--cow', cow)).toEqual(wanted);
    expect(snap('diff', '--cow', cow)).toEqual(wanted);
    expect(snap('diff', '--image', next, '--against', base)).toEqual(wanted);
    expect(snap('diff', '--cow', cow, '--exclude', '/d/*').stdout).toBe(
      'nothing changed, 0 B to keep\n',
    );
    expect(snap('changes', 'c.tar', '--cow', cow).status).toBe(0);
    expect(JSON.parse(snap('show', 'c.tar', '--json').stdout)).toMatchObject({
      ...{ base: DIGEST, name: 'base', added: 1, modified: 0, deleted: 1 },
      ...{ deletions: ['/d/one'], entries: [{ path: '/d' }, { path: '/d/new' }] },
    });
  });

  it('fails when a changed block belongs to no file, unless that is allowed', () => {
    copyFileSync(base, next);
    const free = Number(lab.ask(next, 'ffb 1 5000').replace(/\D+/g, ' ').trim());
    const cow = edited([`setb ${free}`, `zap_block -p 170 ${free}`, 'rm d/one']);
    const files = ['--image', base, '--cow', cow];
    const strange = `no file accounts for block ${free}`;
    expect(snap('changes', 'u.tar', ...files)).toMatchObject({
      status: 5,
      stderr: expect.stringContaining(`Cannot find all changes in "${cow}": ${strange}, which`),
    });
    expect(existsSync(lab.path('u.tar'))).toBe(false);
    expect(snap('diff', ...files, '--allow-unexplained')).toEqual({
      status: 0,
      stdout: 'D /d/one\n',
      stderr: `warning: ${strange} of "${cow}", which changed\n`,
    });
  });

  it('binds changes to the state of an image that has no recorded base, and warns', () => {
    const bare = lab.mke2fs('bare', ['-t', 'ext4'], '8M', lab.files('bare-files', { a: 'a' }));
    copyFileSync(bare, next);
    lab.debugfs(next, ['rm a']);
    const cow = writeCow(lab.path('cow'), bare, next);
    const [first, second] = [1, 2].map(() => snap('diff', '--cow', cow, '--json'));
    expect(first?.stderr).toBe(
      `warning: "${bare}" holds no recorded base: guests will refuse the bundle\n`,
    );
    expect(second?.stdout).toBe(first?.stdout);
    expect(JSON.parse(first?.stdout ?? '')).toMatchObject({ name: 'bare', deleted: 1 });
    expect(JSON.parse(first?.stdout ?? '').base).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(snap('diff', '--image', bare)).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('no base is recorded inside it'),
    });
  });

  it('finds the same with an index of the base, sound or not', () => {
    const cow = edited(['rm d/one', 'ln d/two d/three']);
    const env = { XDG_CACHE_HOME: lab.path('cache') };
    const changes = () => program.run(['diff', '--cow', cow], { env });
    const wanted = changes();
    const { file, size } = JSON.parse(program.run(['index', base, '--json'], { env }).stdout);
    expect(file.startsWith(lab.path('cache/apppot/names/'))).toBe(true);
    expect(statSync(file).size).toBe(size);
    expect(changes()).toEqual(wanted);
    writeFileSync(file, 'no index');
    expect(changes()).toEqual(wanted);
  });

  it('rebases onto an image', () => {
    const bare = lab.mke2fs(
      'old',
      ['-t', 'ext4'],
      '8M',
      lab.files('old-files', { a: 'a', b: 'b' }),
    );
    copyFileSync(bare, next);
    lab.debugfs(next, ['rm a', 'rm b']);
    snap('changes', 'old.tar', '--image', next, '--against', bare);
    const onto = lab.path('onto');
    copyFileSync(bare, onto);
    lab.debugfs(onto, ['set_inode_field b mode 0100600']);
    const rebased = snap('rebase', 'old.tar', '--base', bare, '--onto', onto, '-o', 'new.tar');
    expect([rebased.status, rebased.stderr.split('\n')[0]]).toEqual([
      3,
      'conflict /b: delete by the bundle, modify by the base',
    ]);
  });

  it('refuses what is no image and flags that contradict each other, in a line or two', () => {
    expect(snap('diff', '--image', lab.path('missing'))).toMatchObject({ status: 4 });
    expect(snap('diff', '--image', base, '--root', '/tmp')).toMatchObject({ status: 2 });
    expect(snap('diff', '--cow', base)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is no overlay'),
    });
  });
});
