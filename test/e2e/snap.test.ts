import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { PEOPLE, type Person, run, start, workDirectory } from '../kit/guest-run.ts';

const DIGEST = /sha256:[0-9a-f]{64}/g;

/** What both can do; root also changes the system itself. */
const EDITS: Readonly<Record<Person, string>> = {
  user: 'cd ~; mkdir -p d/e; echo new >d/e/f; ln d/e/f d/g; ln -s nowhere l; chmod 700 d',
  root: `cd /root; echo new >f; rm -r /usr/share/doc; rm /usr/bin/perl; chmod 4755 /usr/bin/env
    mkdir /opt/made; mknod /opt/made/null c 1 3; mv /etc/issue /etc/renamed; truncate -s 1G sparse`,
};
const LOOK: Readonly<Record<Person, string>> = {
  user: 'cd ~; cat d/g; stat -c "%a %h %n" d d/e/f; readlink l',
  root: `cat /root/f; stat -c "%a %t %n" /usr/bin/env /opt/made/null /etc/renamed
    stat -c %s /root/sparse; ls -d /usr/share/doc /usr/bin/perl /etc/issue 2>/dev/null`,
};
const SEEN: Readonly<Record<Person, string>> = {
  user: 'new\n700 3 d\n644 2 d/e/f\nnowhere\n',
  root: 'new\n4755 0 /usr/bin/env\n644 1 /opt/made/null\n644 0 /etc/renamed\n1073741824\n',
};

describe.each(PEOPLE)('apppot-snap offline, as %s', (as) => {
  const work = workDirectory();
  const path = (name: string): string => join(work.path, name);
  const snap = (...words: string[]) =>
    run([join(inject('installed').bin, 'apppot-snap'), ...words], { as, cwd: work.path });
  const guest = (words: readonly string[]) => start('apppot-start', words, { as, cwd: work.path });

  it('finds what a guest did to its COW file, and the base starts with it again', async () => {
    const { image } = inject('installed');
    expect(await guest(['--cow', path('a.cow'), 'sh', '-c', EDITS[as]])).toMatchObject({
      status: 0,
      stderr: '',
    });
    const files = ['--image', image, '--cow', path('a.cow')];
    expect(await snap('changes', path('a.tar.gz'), ...files)).toMatchObject({ status: 0 });
    const look = await guest(['--changes', path('a.tar.gz'), 'sh', '-c', `${LOOK[as]}; true`]);
    expect([look.stderr, look.stdout.toString()]).toEqual(['', SEEN[as]]);
    const diff = await snap('diff', ...files, '--json');
    const alone = await snap('diff', '--cow', path('a.cow'), '--json');
    expect(alone.stdout.toString()).toBe(diff.stdout.toString());
    const against = await snap('diff', '--image', path('a.cow'), '--against', image, '--json');
    expect(against.stdout.toString()).toBe(diff.stdout.toString());
  });

  it('makes a bundle that no other base takes, and both digests are named', async () => {
    const other = path('other.img');
    copyFileSync(inject('installed').image, other);
    const digest = `sha256:${'5'.repeat(64)}`;
    recordDigest(other, path('digest'), digest);
    await guest(['--cow', path('b.cow'), 'sh', '-c', 'echo x >~/x']);
    await snap('changes', path('b.tar'), '--cow', path('b.cow'));
    const shown = JSON.parse((await snap('show', '--json', path('b.tar'))).stdout.toString());
    const refused = await guest([`--image=${other}`, '--changes', path('b.tar'), 'true']);
    expect([refused.status, refused.stderr.match(DIGEST)]).toEqual([126, [shown.base, digest]]);
  });

  it('refuses a COW file of a base that has changed since', async () => {
    const base = path('changed.img');
    copyFileSync(inject('installed').image, base);
    utimesSync(base, 1_000_000_000, 1_000_000_000);
    const refused = await snap('changes', path('c.tar'), '--image', base, '--cow', path('b.cow'));
    expect([refused.status, refused.stderr]).toEqual([
      5,
      expect.stringMatching(
        /^apppot-snap: Cannot read the image ".*b.cow": its base image .*\n {2}/,
      ),
    ]);
    expect(existsSync(path('c.tar'))).toBe(false);
  });
});

/** Makes an image claim another base, through a file that is made for it. */
function recordDigest(image: string, file: string, digest: string): void {
  writeFileSync(file, `${digest}\n`);
  chmodSync(image, 0o644);
  const input = `cd /var/lib/apppot\nrm base.digest\nwrite ${file} base.digest\n`;
  execFileSync('/sbin/debugfs', ['-w', '-f', '-', image], { input, stdio: 'pipe' });
  chmodSync(image, 0o444);
}
