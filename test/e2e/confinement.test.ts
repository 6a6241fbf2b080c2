import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { start, WAYS, workDirectory } from '../kit/guest-run.ts';

/** Root in the guest mounts the host's root directory by hostfs, which the guest's kernel allows. */
const REACH = 'mkdir -p /mnt; mount -t hostfs -o / reach /mnt && cd /mnt';

describe.runIf(process.getuid?.() === 0)('root in a confined guest', () => {
  const work = workDirectory();

  it.for(WAYS)("reaches no file but the guest's own, by %s", async (way) => {
    writeFileSync(join(work.path, 'secret'), 'of another directory');
    const script = `${REACH} && ls && ls ./etc ./root ./home ./var/log; cat .${work.path}/secret`;
    const { stdout, stderr } = await start(way, ['--jobdir', '/usr/share', 'sh', '-c', script], {
      as: 'root',
    });
    expect(stdout.toString().trim().split('\n')).toEqual(
      ['dev', 'lib', 'lib64', 'proc', 'tmp', 'usr', 'var'].filter((name) =>
        stdout.toString().includes(name),
      ),
    );
    expect(stderr).toMatch(/cannot access '.\/etc'/);
    expect(stderr).toMatch(/secret: No such file or directory/);
  });

  it('cannot change the base image, which is shown to it for reading only', async () => {
    const { image } = inject('installed');
    const words = ['--jobdir', work.path, 'sh', '-c', `${REACH} && : >>.${image}`];
    const { stderr } = await start('apppot-start', words, { as: 'root' });
    expect(stderr).toMatch(/minimal\.img: (Read-only file system|Permission denied)/);
  });
});
