import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { CASES, PEOPLE, type Person, start, type Way, workDirectory } from '../kit/guest-run.ts';

/** What a user does to the system, as root in the guest: adds, changes and removes. */
const WORK = `
set -e
echo 'int main(void) { return 42; }' >~/answer.c
gcc -o ~/answer ~/answer.c
sudo install -m 4755 ~/answer /usr/local/bin/answer
sudo sh -c 'echo changed >/etc/motd; rm -r /usr/share/nano; mkdir /opt/new; ln -s nowhere /opt/new/link'
`;

/** The same system afterwards, seen from a job. */
const LOOK = `
answer; echo $?
cat /etc/motd
test -e /usr/share/nano || echo gone
readlink /opt/new/link
stat -c %A /usr/local/bin/answer
stat -c %U ~/answer.c
`;

describe.each(PEOPLE)('a user, as %s,', (as) => {
  const work = workDirectory();
  const bundle = (): string => join(work.path, 'my.changes.tar.gz');
  const develop = (words: readonly string[], who: Person = as, way: Way = 'apppot-start') =>
    start(way, ['--image', inject('installed').develop, ...words], { as: who, cwd: work.path });

  it('keeps what they changed in a guest, as a small bundle', async () => {
    const cow = ['--cow', join(work.path, 'work.cow')];
    expect(await develop([...cow, 'sh', '-c', WORK])).toMatchObject({ status: 0, stderr: '' });
    const keep = ['sudo', 'apppot-snap', 'changes', 'my.changes.tar.gz'];
    const kept = await develop([...cow, ...keep]);
    expect({ status: kept.status, stderr: kept.stderr }).toEqual({
      status: 0,
      stderr: expect.stringMatching(
        /^\d+ added, \d+ modified, 1 deleted: \d+(\.\d)? KiB in my.changes.tar.gz\n$/,
      ),
    });
    expect(readFileSync(bundle()).length).toBeLessThan(20_000);
  });

  it.for(CASES)('runs jobs with the bundle on the unchanged base: $way as $as', async (run) => {
    const words = ['--changes', bundle(), 'sh', '-c', LOOK];
    const { status, stdout, stderr } = await develop(words, run.as, run.way);
    const name = run.as === 'root' ? 'root' : 'user';
    expect({ status, stderr, lines: stdout.toString().trim().split('\n') }).toEqual({
      status: 0,
      stderr: '',
      lines: ['42', 'changed', 'gone', 'nowhere', '-rwsr-xr-x', name],
    });
  });

  it('is told both digests when the bundle was made on another base', async () => {
    const { image, develop: other } = inject('installed');
    const digest = (path: string): string => JSON.parse(readFileSync(`${path}.json`, 'utf8')).base;
    const found = await start('apppot-start', ['--changes', bundle(), 'true'], {
      as,
      cwd: work.path,
    });
    expect(found.status).toBe(126);
    expect(found.stderr).toContain(`Cannot merge the changes bundle "${bundle()}"`);
    expect(found.stderr).toContain(digest(image));
    expect(found.stderr).toContain(digest(other));
  });

  it('is told when the bundle is no bundle', async () => {
    const words = ['--changes', join(work.path, 'work.cow'), 'true'];
    const found = await start('apppot-start', words, { as, cwd: work.path });
    expect(found.status).toBe(125);
    expect(found.stderr.trim().split('\n')).toHaveLength(1);
    expect(found.stderr).toContain('apppot-start: Cannot merge the changes bundle');
  });
});
