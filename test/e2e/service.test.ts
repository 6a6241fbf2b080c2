import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { apppot, startLive, WAITING } from '../kit/guest-live.ts';
import { CASES, PEOPLE, run, start, workDirectory } from '../kit/guest-run.ts';

describe('in an image with systemd', () => {
  const work = workDirectory();
  const image = (): string => join(work.path, 'system.img');

  beforeAll(async () => {
    const recipe = join(work.path, 'system.yaml');
    writeFileSync(recipe, 'extends: minimal\npackages: [systemd-sysv]\n');
    const argv = [join(inject('installed').bin, 'apppot'), 'image', 'build', recipe, '-o', image()];
    const env = { HOME: process.env.HOME ?? '/root' };
    const { status, stderr } = await run(argv, { env });
    expect({ status, stderr }).toMatchObject({ status: 0 });
  });

  it.for(CASES)('the job runs as a service of the whole system: $way as $as', async (who) => {
    const script = 'cat /proc/1/comm; cat; echo err >&2; exit 7';
    const boot = [`--image=${image()}`, '-X', 'init=/sbin/init', 'sh', '-c', script];
    expect(await start(who.way, boot, { as: who.as, cwd: work.path, stdin: 'input\n' })).toEqual({
      status: 7,
      stdout: Buffer.from('systemd\ninput\n'),
      stderr: 'err\n',
    });
  });

  it.for(PEOPLE)(
    'commands run beside the job there, too, and it can be stopped: %s',
    async (as) => {
      const options = { as, cwd: work.path, env: { TMPDIR: work.path } };
      const boot = ['--id', 'system', `--image=${image()}`, '-X', 'init=/sbin/init', ...WAITING];
      const { ended } = await startLive('apppot-start', boot, options);
      const script = 'cat /proc/1/comm; cat; echo err >&2; exit 7';
      const exec = ['exec', '--user', 'root', 'system', 'sh', '-c', script];
      expect(await apppot(exec, { ...options, stdin: 'input\n' })).toEqual({
        status: 7,
        stdout: Buffer.from('systemd\ninput\n'),
        stderr: 'err\n',
      });
      expect(await apppot(['stop', 'system'], options)).toMatchObject({ status: 0 });
      expect(await ended).toMatchObject({ status: 143, stderr: '' });
    },
  );
});
