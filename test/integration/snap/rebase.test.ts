import { describe, expect, it } from 'vitest';
import { recordBase } from '../../../src/snap/base.ts';
import { writeBundle } from '../../../src/snap/bundle.ts';
import { mergeBundle } from '../../../src/snap/merge.ts';
import { planRebase, rebaseBundle } from '../../../src/snap/rebase.ts';
import { changesBetween } from '../../../src/snap/ways.ts';
import { liveTree } from '../../../src/tree/live.ts';
import { type ManifestTree, parseManifest } from '../../../src/tree/manifest.ts';
import { shell } from '../../kit/shell.ts';
import { tempDirectory } from '../../kit/temp.ts';

const BASE = `mkdir -p d/e lib; echo x > d/f; echo x > d/e/g; echo x > lib/a; echo x > lib/b; echo x > top
  touch -d 2001-01-01 d/f d/e/g lib/a lib/b top; touch -d 2001-01-01 d/e d lib`;

async function manifest(root: string): Promise<ManifestTree> {
  const base = await recordBase(liveTree(root), { name: root, time: 0 });
  return parseManifest(base.manifest, root);
}

/** The old base, what the user made of it, what its maintainer made of it; and the rebased bundle. */
async function rebased(user: string, maintainer: string) {
  const directory = tempDirectory();
  shell(directory, `mkdir old; cd old; ${BASE}`);
  shell(directory, `cp -a old user; cp -a old next; cd user; ${user}`);
  shell(`${directory}/next`, maintainer);
  const [old, next] = [await manifest(`${directory}/old`), await manifest(`${directory}/next`)];
  const now = liveTree(`${directory}/user`);
  const difference = await changesBetween(liveTree(`${directory}/old`), now);
  const facts = { name: 'b', time: 1, tool: 't' };
  await writeBundle(`${directory}/c.tar`, now, difference, { ...facts, base: old.digest });
  const plan = await planRebase(`${directory}/c.tar`, old, next);
  const base = next.digest;
  await rebaseBundle(`${directory}/c.tar`, `${directory}/r.tar`, plan, { ...facts, base });
  await mergeBundle(`${directory}/r.tar`, `${directory}/next`, { base });
  const conflicts = plan.conflicts.map((c) => `${c.path}: ${c.bundle}/${c.base}`);
  return { conflicts, plan, directory, next: `${directory}/next` };
}

describe('planRebase()', () => {
  it('merges what only one side changed', async () => {
    const { conflicts, next } = await rebased(
      'echo user > d/f; rm lib/b; mkdir mine; echo m > mine/x; chmod 700 d/e',
      'echo next > top; echo next > lib/c; rm d/e/g',
    );
    expect(conflicts).toEqual([]);
    expect(shell(next, 'cat d/f mine/x top lib/c; ls lib d/e; stat -c %a d/e')).toBe(
      'user\nm\nnext\nnext\nd/e:\n\nlib:\na\nc\n700\n',
    );
  });

  it('names what both sides changed, and leaves the new base alone there', async () => {
    const { conflicts, next } = await rebased(
      'echo user > d/f; rm lib/a; echo user > new; rm -r d/e; echo u > top',
      'echo next > d/f; echo next > lib/a; echo next > new; echo next > d/e/g; rm top',
    );
    expect(conflicts).toEqual([
      'd/e: delete/modify',
      'lib/a: delete/modify',
      'd/f: put/modify',
      'new: put/add',
      'top: put/delete',
    ]);
    expect(shell(next, 'cat d/f lib/a new d/e/g; ls -A')).toBe(
      'next\nnext\nnext\nnext\nd\nlib\nnew\n',
    );
  });

  it('takes along nothing below what the new base removed or the user replaced in vain', async () => {
    const { conflicts, next } = await rebased(
      'echo user > d/e/g; rm -r lib; mkdir lib2; echo x > lib; ln lib lib2/l',
      'rm -r d; echo next > lib/a',
    );
    expect(conflicts).toEqual([
      'lib: delete/modify',
      'd/e: put/delete',
      'd/e/g: put/delete',
      'lib: put/delete',
      'lib2/l: put/modify',
    ]);
    expect(shell(next, 'ls -A . lib lib2')).toBe('.:\nlib\nlib2\ntop\n\nlib:\na\nb\n\nlib2:\n');
  });

  it('is content where both sides did the same', async () => {
    const same = 'rm lib/a; echo same > d/f; touch -d 2002-02-02 d/f';
    const { conflicts, plan } = await rebased(same, same);
    expect([conflicts, [...plan.deletions]]).toEqual([[], []]);
  });

  it('keeps the new permissions of a directory that the user only wrote to', async () => {
    const { conflicts, next } = await rebased('echo x > d/new', 'chmod 750 d; echo y > d/next');
    expect(conflicts).toEqual([]);
    expect(shell(next, 'stat -c %a d; ls d')).toBe('750\ne\nf\nnew\nnext\n');
  });

  it('refuses the manifest of another base', async () => {
    const { directory } = await rebased(':', 'echo x > y');
    const other = await manifest(`${directory}/next`);
    await expect(planRebase(`${directory}/c.tar`, other, other)).rejects.toThrow(
      expect.objectContaining({ code: 'BASE_MISMATCH' }),
    );
  });
});
