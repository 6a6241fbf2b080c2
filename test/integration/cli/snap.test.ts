import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { fullListing } from '../../kit/full-listing.ts';
import { shell } from '../../kit/shell.ts';
import { type SnapProgram, snapProgram } from '../../kit/snap-program.ts';
import { tempDirectory } from '../../kit/temp.ts';

let directory: string;
let program: SnapProgram;

beforeEach(() => {
  directory = tempDirectory();
  program = snapProgram(directory);
  shell(directory, 'mkdir -p now/d; echo x > now/d/f; echo y > now/g');
});

const snap = (...argv: string[]) => program.run(argv);
const EPOCH = { env: { SOURCE_DATE_EPOCH: '1790000000' } };

describe('apppot-snap', () => {
  it('records a base, keeps the changes, and merges them into a copy of the base', () => {
    const base = snap('base', '--root', 'now', '--json');
    expect(base.status).toBe(0);
    const { digest, entries } = JSON.parse(base.stdout);
    expect(entries).toBe(6);
    expect(readFileSync(`${directory}/now/var/lib/apppot/base.digest`, 'utf8')).toBe(`${digest}\n`);
    shell(directory, 'cp -a now copy; rm now/g; echo z > now/d/f; echo n > now/n');
    const changes = snap('changes', 'c.tar.gz', '--root', 'now', '-v');
    expect(changes.stderr).toMatch(
      /^M \/\nM \/d\/f\nD \/g\nA \/n\n1 added, 2 modified, 1 deleted: .* in c.tar.gz\n$/,
    );
    const merge = snap('merge', 'c.tar.gz', '--root', 'copy');
    expect([merge.status, merge.stderr]).toEqual([
      0,
      'merged into copy: 1 added, 2 modified, 1 deleted\n',
    ]);
    expect(fullListing(`${directory}/copy`)).toEqual(fullListing(`${directory}/now`));
  });

  it('says that nothing changed, and keeps an empty bundle that merges', () => {
    snap('base', '--root', 'now');
    expect(snap('changes', '-o', 'c.tar', '--root', 'now').stderr).toMatch(/^nothing changed: /);
    expect(snap('merge', 'c.tar', '--root', 'now').stderr).toBe(
      'merged into now: nothing changed\n',
    );
  });

  it('really changes nothing with -n', () => {
    const before = shell(directory, 'find . -printf "%p %T@ %C@\\n"');
    expect(snap('base', '-n', '--root', 'now').status).toBe(0);
    expect(shell(directory, 'find . -printf "%p %T@ %C@\\n"')).toBe(before);
    snap('base', '--root', 'now');
    shell(directory, 'cp -a now copy; echo z > now/g');
    expect(snap('changes', '-n', 'c.tar', '--root', 'now').stderr).toBe(
      'would keep: 0 added, 1 modified, 0 deleted\n',
    );
    expect(existsSync(`${directory}/c.tar`)).toBe(false);
    expect(snap('-v', '-n', 'changes', 'c.tar', '--root', 'now').stderr).toBe(
      'M /g\nwould keep: 0 added, 1 modified, 0 deleted\n',
    );
    expect(existsSync(`${directory}/c.tar`)).toBe(false);
    snap('changes', 'c.tar', '--root', 'now');
    const target = shell(directory, 'find copy -printf "%p %T@ %C@\\n"');
    expect(snap('merge', '-n', 'c.tar', '--root', 'copy').status).toBe(0);
    expect(shell(directory, 'find copy -printf "%p %T@ %C@\\n"')).toBe(target);
  });

  it('refuses to merge onto another base, unless it is told to', () => {
    snap('base', '--root', 'now');
    shell(directory, 'cp -a now copy; echo z > now/g; echo other > copy/d/o');
    snap('changes', 'c.tar.gz', '--root', 'now');
    snap('base', '--root', 'copy');
    const refused = snap('merge', 'c.tar.gz', '--root', 'copy');
    expect([refused.status, refused.stderr]).toEqual([
      5,
      expect.stringMatching(/made on base sha256:[0-9a-f]{64} but this is sha256:[0-9a-f]{64}\n/),
    ]);
    expect(snap('merge', 'c.tar.gz', '--root', 'copy', '--any-base').status).toBe(0);
    expect(shell(directory, 'cat copy/g copy/d/o')).toBe('z\nother\n');
  });

  it('gives the same bytes each time under SOURCE_DATE_EPOCH, named after that day', () => {
    snap('base', '--root', 'now');
    shell(
      directory,
      'echo z > now/g; head -c 9M /dev/urandom > now/big; setfattr -n user.x -v 1 now/g',
    );
    const made = [1, 2].map(() => {
      program.run(['changes', '--root', 'now'], EPOCH);
      return readFileSync(`${directory}/apppot.2026-09-21.changes.tar.gz`);
    });
    expect(made[0]?.equals(made[1] ?? Buffer.alloc(0))).toBe(true);
    expect(program.run(['merge', '--root', 'now'], EPOCH).status).toBe(0);
  });

  it('never takes its own archive or manifest along', () => {
    snap('base', '--root', 'now', '--base', 'now/m');
    shell(
      directory,
      'echo old > now/d/c.tar; echo half > now/d/.c.tar.01234567-1-1-01234567.tmp; echo z > now/g',
    );
    snap('changes', 'now/d/c.tar', '--root', 'now', '--base', 'now/m');
    expect(shell(directory, 'tar -tf now/d/c.tar')).not.toMatch(/c\.tar|now|^m$/m);
  });

  it('leaves out what the lists and patterns exclude', () => {
    shell(directory, 'mkdir -p now/etc/apppot; echo "/tmp/*" > now/etc/apppot/exclude');
    snap('base', '--root', 'now');
    shell(directory, 'mkdir now/tmp; touch now/tmp/t now/d/a.o; echo "*.o" > list');
    const kept = (...flags: string[]): string =>
      snap('changes', '-n', '-v', '--root', 'now', ...flags).stderr.replace(
        /^M .*\n|^would.*\n/gm,
        '',
      );
    expect(kept()).toBe('A /d/a.o\nA /tmp\n');
    expect(kept('--exclude', '*.o', '--exclude', '/tmp')).toBe('');
    expect(kept('--exclude-from', 'list')).toBe('A /tmp\nA /tmp/t\n');
  });

  it('lists changes against a recorded base or another directory', () => {
    snap('base', '--root', 'now');
    shell(directory, 'cp -a now copy; rm now/g; echo zz > now/d/f; echo n > now/n');
    const lines = 'M /\nM /d/f\nD /g\nA /n\n';
    expect(snap('diff', '--root', 'now').stdout).toBe(lines);
    expect(snap('diff', '--root', 'now', '--against', 'copy').stdout).toBe(lines);
    expect(snap('diff', '--root', 'now', '--stat').stdout).toBe(
      '1 added, 2 modified, 1 deleted, 5 B to keep\n',
    );
    expect(JSON.parse(snap('diff', '--root', 'now', '--json').stdout).changes[2]).toEqual({
      kind: 'delete',
      path: '/g',
      type: 'file',
      size: 2,
    });
  });

  it('shows what is in a bundle, and verifies that it is whole', () => {
    const { digest } = JSON.parse(snap('base', '--root', 'now', '--name', 'B', '--json').stdout);
    shell(directory, 'rm now/g; head -c 5000 /dev/zero > now/n; touch now/empty');
    program.run(['changes', 'c.tar', '--root', 'now'], EPOCH);
    expect(snap('show', 'c.tar', '--paths').stdout).toBe(`base      ${digest}
name      B
made      2026-09-21T14:13:20.000Z by apppot 1.0.0
changes   2 added, 1 modified, 1 deleted
size      12.0 KiB, 4.9 KiB unpacked
   4.9 KiB  /n
- /g
+ /
+ /empty
+ /n
`);
    expect(snap('verify', 'c.tar').stdout).toBe(
      `c.tar is whole: 3 entries, 1 deletions, base ${digest}\n`,
    );
    shell(directory, 'truncate -s 9000 c.tar');
    expect(snap('verify', 'c.tar').status).toBe(5);
  });

  it('rebases a bundle, and says what it could not', () => {
    snap('base', '--root', 'now');
    shell(
      directory,
      'cp -a now next; cp now/var/lib/apppot/base.manifest old; echo u > now/g; echo u > now/n',
    );
    snap('changes', 'c.tar', '--root', 'now');
    shell(directory, 'echo next > next/g');
    snap('base', '--root', 'next');
    const rebase = snap('rebase', 'c.tar', '--base', 'old', '--onto', 'next', '-o', 'r.tar');
    expect([rebase.status, rebase.stderr]).toEqual([
      3,
      expect.stringMatching(/^conflict \/g: put by the bundle, modify by the base\nput 1 added, /),
    ]);
    expect(snap('merge', 'r.tar', '--root', 'next').status).toBe(0);
    expect(shell(directory, 'cat next/g next/n')).toBe('next\nu\n');
  });

  it('fails honestly', () => {
    const statuses = [
      snap('changes', 'c.tar', '--root', 'now'),
      snap('changes', '--root', 'nothing', '--base', 'm'),
      snap('merge', 'nothing.tar', '--root', 'now', '--any-base'),
      snap('changes', '--frob'),
      snap('base', '--root', 'now', '--exclude', '['),
      snap('base', '--root', 'now', '--exclude-from', 'nothing'),
      snap('base', '--root', 'now', '--base', 'now/g/below/a/file'),
      snap('base', '--root', 'nothing', '-n'),
      snap('diff', '--root', 'now', '--against', 'nothing'),
    ].map(({ status, stderr }) => [status, /\n {4}at /.test(stderr)]);
    expect(statuses).toEqual([
      [4, false],
      [4, false],
      [4, false],
      [2, false],
      [2, false],
      [4, false],
      [5, false],
      [4, false],
      [4, false],
    ]);
    snap('base', '--root', 'now');
    const unwritable = snap('changes', 'no/such/dir/c.tar', '--root', 'now');
    expect([unwritable.status, unwritable.stderr]).toEqual([
      5,
      expect.stringContaining('Cannot write "no/such/dir/c.tar": no such file or directory'),
    ]);
    expect(readdirSync(directory).sort()).toEqual(['apppot-snap.cjs', 'now']);
    snap('changes', 'c.tar', '--root', 'now');
    const nowhere = snap('merge', 'c.tar', '--root', 'nothing', '--any-base');
    expect([nowhere.status, nowhere.stderr]).toEqual([
      4,
      'apppot-snap: Cannot merge into "nothing": no such file or directory\n',
    ]);
  });
});
