import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { readCredentials } from '../../../src/grid/arc/credentials.ts';
import { arcTarget } from '../../../src/grid/arc/target.ts';
import { freePort } from '../../../src/host/ports.ts';
import { startArcCe } from '../../kit/arc-ce.ts';
import { stagedJob, until as untilJob } from '../../kit/target-job.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';
import { until } from '../../kit/until.ts';

const BIN = join(import.meta.dirname, '../../../bin/apppot.js');
const directory = temporaryDirectory();
let down: string;
beforeAll(async () => {
  down = `localhost:${await freePort()}`;
});

/** Any that can be read: nobody is there to look at it. */
const ANY_TOKEN = { BEARER_TOKEN_FILE: '/etc/hostname' };

function apppot(...words: readonly string[]) {
  return apppotWith(ANY_TOKEN, ...words);
}

function apppotWith(credentials: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...words], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', HOME: directory.path, ...credentials },
  });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

const JOB = ['--image', '/no.img', 'true'];

it('a site that is down, and one that cannot be logged in to, are passed over', () => {
  const [host, port] = down.split(':');
  const sites = [
    '--to',
    `https://${down}`,
    '--to',
    `slurm via me@${host}:${port}`,
    '--to',
    'local',
  ];
  const done = apppot('submit', ...sites, '--json', ...JOB);
  expect(done.stderr.split('\n').toSorted((one, other) => (one < other ? -1 : 1))).toEqual([
    `warning: passing over ${down}: cannot reach "https://${down}/arex": connection refused`,
    `warning: passing over slurm via me@${down}: cannot reach "me@${down}" by ssh: connection refused`,
  ]);
  expect(done.status).toBe(0);
  expect(JSON.parse(done.stdout)).toMatchObject({ attempts: [{ target: { kind: 'local' } }] });
});

it('when none is left, that is said, and nothing is recorded', () => {
  const before = apppot('jobs', '--json').stdout;
  const sites = ['--to', `https://${down}`, '--to', `https://${down}/other`];
  const done = apppot('submit', ...sites, ...JOB);
  expect(done.stderr.split('\n').slice(2)).toEqual([
    'apppot: Cannot submit the job: none of 2 sites can be used',
    '  Name another one with --to, or try again later.',
  ]);
  expect([done.status, done.stdout]).toEqual([125, '']);
  expect(apppot('jobs', '--json').stdout).toBe(before);
});

it('of two sites that answer, the one with more free slots takes the job', async () => {
  const { certificate, key, authorities, url, stop } = await startArcCe();
  try {
    const endpoint = new URL(url);
    const credentials = readCredentials({ certificate, key, authorities }, Date.now() / 1_000);
    const arc = arcTarget({ endpoint, credentials, deadline: 20 });
    const own = { X509_USER_CERT: certificate, X509_USER_KEY: key, X509_CERT_DIR: authorities };
    const submit = () => {
      const sites = ['--to', url, '--to', 'local'];
      const done = apppotWith(own, 'submit', ...sites, '--json', ...JOB);
      expect(done).toMatchObject({ status: 0, stderr: '' });
      const { id, attempts } = JSON.parse(done.stdout);
      return { id, kind: attempts[0].target.kind };
    };
    const free = async (): Promise<number> => (await arc.load()).free ?? -1;
    const all = cpus().length;
    await until('all slots are free', async () => (await free()) === all);
    const { id, kind } = submit();
    expect(kind).toBe('arc');
    expect(apppotWith(own, 'job', 'wait', id).status).toBe(127);
    const long = await arc.submit(stagedJob(directory.path, 'sleep 600'));
    await untilJob(arc, long, ({ state }) => state === 'running');
    await until('one of them is taken', async () => (await free()) === all - 1);
    expect(submit().kind).toBe('local');
    await arc.close();
  } finally {
    await stop();
  }
}, 120_000);
