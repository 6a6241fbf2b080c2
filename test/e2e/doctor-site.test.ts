import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ArcCe, startArcCe } from '../kit/arc-ce.ts';
import { gridUser } from '../kit/grid-user.ts';
import { workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();
let ce: ArcCe;
let apppot: ReturnType<typeof gridUser>;
beforeAll(async () => {
  ce = await startArcCe(inject('installed').image);
  apppot = gridUser(ce, work.path);
});
afterAll(() => ce?.stop());

interface Line {
  readonly id: string;
  readonly verdict: string;
  readonly found: string;
  readonly remedy?: string;
}

describe('apppot doctor --site', { timeout: 300_000 }, () => {
  it.for(['arc', 'local'])('finds that guests can run on a worker: %s', async (kind) => {
    const words =
      kind === 'arc'
        ? ['--site', ce.url]
        : ['--site', 'local', '--image', inject('installed').image];
    const { status, stdout, stderr } = await apppot(
      ['doctor', ...words, '--mem', '64M', '--json'],
      { APPPOT_KERNEL: '/usr/bin/linux.uml' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const report = JSON.parse(stdout.toString());
    expect(report).toMatchObject({
      format: 'apppot-doctor-site-1',
      target: kind === 'arc' ? new URL(ce.url).host : 'local',
      usable: true,
    });
    const lines: readonly Line[] = report.lines;
    expect(lines.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
    for (const id of WANTED) expect(lines.map((line) => line.id)).toContain(id);
    if (kind === 'arc') {
      const port = new URL(ce.url).port;
      expect(lines.find(({ id }) => id === 'ports')?.found).toContain(
        `localhost:${port} can be reached`,
      );
    }
    expect((await apppot(['jobs'])).stdout.toString()).toBe('no jobs\n');
  });

  it('leaves nothing at the service', () => {
    const entries = readdirSync(join(ce.directory, 'session'), { withFileTypes: true });
    expect(entries.filter((entry) => entry.isDirectory())).toEqual([]);
  });

  it('says in words what is missing, with a remedy', async () => {
    const words = ['doctor', '--site', ce.url, '--image', '/nowhere.img', '-q'];
    const { status, stdout } = await apppot(words);
    expect(status).toBe(7);
    expect(stdout.toString()).toContain(
      'fail  image                Cannot read the image "/nowhere.img": there is no such file on this worker\n        -> ',
    );
    expect(stdout.toString()).toMatch(/\nGuests cannot run on \S+ of localhost:\d+: \d+ ok, .*\n$/);
  });

  it('fails as other jobs do where the site does not run it', async () => {
    const failure = async (words: readonly string[]) => {
      const { status, stderr } = await apppot(['doctor', '--site', ce.url, ...words]);
      return { status, line: stderr.split('\n')[0] };
    };
    expect(await failure(['--queue', 'nosuch'])).toEqual({
      status: 5,
      line: `apppot: Cannot submit to "${ce.url}": it refuses the job: Requested queue nosuch is not allowed for this user`,
    });
    expect(await failure(['--rte', 'NO/SUCH-1.0'])).toMatchObject({
      status: 6,
      line: expect.stringContaining(
        'apppot: Cannot examine the site: its job printed nothing, failed: ',
      ),
    });
    expect((await apppot(['doctor', '--rte', 'X'])).status).toBe(2);
  });
});

const WANTED = [
  ...['ptrace', 'yama', 'memory-shared', 'memory-file', 'exec', 'temporary', 'quota', 'kernel'],
  ...['image', 'network', 'ports', 'confinement', 'user', 'limit-file-size', 'image-boot'],
];
