import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { freePort } from '../../../src/host/ports.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const BIN = join(import.meta.dirname, '../../../bin/apppot.js');
const directory = temporaryDirectory();
let down: string;
beforeAll(async () => {
  down = `localhost:${await freePort()}`;
});

function apppot(...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...words], {
    encoding: 'utf8',
    env: {
      PATH: '/usr/bin:/bin',
      HOME: directory.path,
      // Any that can be read: nobody is there to look at it.
      BEARER_TOKEN_FILE: '/etc/hostname',
    },
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
