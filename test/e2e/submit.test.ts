import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type ArcCe, startArcCe } from '../kit/arc-ce.ts';
import { PEOPLE, run, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();
let ce: ArcCe;
beforeAll(async () => {
  ce = await startArcCe();
});
afterAll(() => ce?.stop());

const KERNEL = '/usr/bin/linux.uml';
const RESULT = 'cat in.txt; mkdir results; cp in.txt results/out.txt; cat ~/added; exit 7';

function apppot(words: readonly string[]) {
  const env = {
    HOME: work.path,
    XDG_STATE_HOME: join(work.path, 'state'),
    X509_USER_CERT: ce.certificate,
    X509_USER_KEY: ce.key,
    X509_CERT_DIR: ce.authorities,
  };
  return run([join(inject('installed').bin, 'apppot'), ...words], {
    ...(PEOPLE[0] && { as: PEOPLE[0] }),
    cwd: work.path,
    env,
  });
}

function guest(words: readonly string[]): readonly string[] {
  const { image } = inject('installed');
  return ['--to', ce.url, '--image', image, '--ship-kernel', KERNEL, '--mem', '128M', ...words];
}

describe('a job on a real ARC service', () => {
  it('boots the image with a bundle and an input, and brings back outputs and status', async () => {
    writeFileSync(join(work.path, 'in.txt'), 'an input\n');
    const bundle = await makeBundle();
    const files = ['--changes', bundle, '--input', 'in.txt', '--output', 'results/'];
    const done = await apppot(['submit', ...guest(files), '--wait', '--', 'sh', '-c', RESULT]);
    expect(done).toMatchObject({ status: 7, stderr: '' });
    const id = done.stdout.toString().trim();
    expect(await apppot(['job', 'wait', id])).toMatchObject({ status: 7 });
    expect((await apppot(['job', 'cat', id])).stdout.toString()).toBe('an input\nadded\n');
    expect(await apppot(['job', 'fetch', id, '-o', 'got'])).toMatchObject({ status: 0 });
    expect(readFileSync(join(work.path, 'got/results/out.txt'), 'utf8')).toBe('an input\n');
    expect(await apppot(['job', 'clean', id])).toMatchObject({ status: 0 });
    expect((await apppot(['job', 'show', id])).stderr).toContain('no job has this name');
  });

  it('whose image is small brings that along', async () => {
    const image = join(work.path, 'small.img');
    copyFileSync(inject('installed').image, image);
    chmodSync(image, 0o644);
    execFileSync('resize2fs', ['-M', image], { stdio: 'pipe' });
    const words = ['--to', ce.url, '--ship-image', image, '--ship-kernel', KERNEL];
    const done = await apppot(['submit', ...words, '--mem', '128M', '--wait', '--', 'uname', '-s']);
    expect(done).toMatchObject({ status: 0, stderr: '' });
    const id = done.stdout.toString().trim();
    expect((await apppot(['job', 'cat', id])).stdout.toString()).toBe('Linux\n');
  });

  it('is ended before its wall time is over, with a line that says so', async () => {
    const words = guest(['--wall-time', '20s', '--output', 'never.txt', '--wait']);
    const done = await apppot(['submit', ...words, '--', 'sleep', '900']);
    expect(done).toMatchObject({ status: 124, stderr: '' });
    const id = done.stdout.toString().trim();
    expect((await apppot(['job', 'cat', id, '--stderr'])).stdout.toString()).toMatch(
      /^apppot: the job was ended after \d+ s\n$/,
    );
    expect(await apppot(['job', 'fetch', id, '-o', 'late'])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining(`it left no "never.txt"`),
    });
  });

  it('whose guest has no room left fails with the words of its command', async () => {
    const fill = 'cat /dev/zero >~/big; echo "status $?" >&2; rm ~/big; exit 5';
    const done = await apppot(['submit', ...guest(['--wait']), '--', 'sh', '-c', fill]);
    expect(done).toMatchObject({ status: 5, stderr: '' });
    const id = done.stdout.toString().trim();
    const { stdout } = await apppot(['job', 'cat', id, '--stderr']);
    expect(stdout.toString()).toMatch(/No space left on device\nstatus 1\n$/);
  });

  it('is killed with its guest', async () => {
    const submitted = await apppot([
      'submit',
      ...guest([]),
      '--',
      'sh',
      '-c',
      'echo up; sleep 900',
    ]);
    const id = submitted.stdout.toString().trim();
    const printed = async (): Promise<string> =>
      (await apppot(['job', 'cat', id])).stdout.toString();
    while ((await printed()) !== 'up\n');
    expect(await apppot(['job', 'kill', id])).toMatchObject({ status: 0 });
    expect(await apppot(['job', 'wait', id])).toMatchObject({ status: 143 });
  });
});

async function makeBundle(): Promise<string> {
  const { image, bin } = inject('installed');
  const cow = join(work.path, 'work.cow');
  const bundle = join(work.path, 'my.changes.tar.gz');
  const as = PEOPLE[0] ?? 'user';
  const words = ['--image', image, '--cow', cow, '--jobdir', work.path];
  await run([join(bin, 'apppot-start'), ...words, 'sh', '-c', 'echo added >~/added'], {
    as,
  });
  const made = await run(
    [join(bin, 'apppot-snap'), 'changes', bundle, '--image', image, '--cow', cow],
    {
      as,
    },
  );
  expect(made.status).toBe(0);
  chmodSync(bundle, 0o644);
  return bundle;
}
