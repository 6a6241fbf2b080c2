import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../src/host/ports.ts';
import { type ArcCe, startArcCe } from '../../kit/arc-ce.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';
import { until } from '../../kit/until.ts';

const BIN = join(import.meta.dirname, '../../../bin/apppot.js');
const directory = temporaryDirectory();
let ce: ArcCe;
beforeAll(async () => {
  ce = await startArcCe();
});
afterAll(() => ce?.stop());

function apppot(words: readonly string[], own: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...words], {
    encoding: 'utf8',
    cwd: directory.path,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: directory.path,
      X509_USER_CERT: ce.certificate,
      X509_USER_KEY: ce.key,
      X509_CERT_DIR: ce.authorities,
      ...own,
    },
  });
  return { status, stdout, lines: stderr.trimEnd().split('\n') };
}

function submit(words: readonly string[] = [], own: Readonly<Record<string, string>> = {}) {
  return apppot(['submit', '--to', ce.url, '--image', '/no.img', ...words, 'true'], own);
}

/** With a filesystem, and nothing in it; workers can read it. */
function smallImage(): string {
  const path = join(directory.path, 'base.img');
  if (existsSync(path)) return path;
  chmodSync(directory.path, 0o755);
  execFileSync('mke2fs', ['-q', '-t', 'ext4', path, '4m']);
  return path;
}

/** A certificate of the service's authority. */
function person(name: string, words: readonly string[] = []): Readonly<Record<string, string>> {
  const place = mkdtempSync(join(directory.path, 'pki-'));
  const ca = ['test-ca', '--ca-dir', ce.authorities, '--ca-id', 'UNIT'];
  execFileSync('arcctl', [...ca, 'usercert', '-n', name, '--no-auth', '-f', ...words], {
    cwd: place,
    stdio: 'pipe',
  });
  const stem = join(place, `client-${name.replaceAll(' ', '-')}`);
  return { X509_USER_CERT: `${stem}-cert.pem`, X509_USER_KEY: `${stem}-key.pem` };
}

describe('one line and the right status', { timeout: 240_000 }, () => {
  it('for credentials that expired', async () => {
    const past = person('Past User', ['-v', '0']);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(submit([], past)).toMatchObject({
      status: 126,
      lines: [
        expect.stringMatching(/^apppot: Cannot use the certificate ".*": it expired at /),
        '  Ask for a new one where it was issued.',
      ],
    });
  });

  it("for a proxy that expired, of jobs and of ARC's own programs", async () => {
    const past = { X509_USER_PROXY: await ce.proxy('validityPeriod=1S') };
    const { validTo } = new X509Certificate(readFileSync(past.X509_USER_PROXY));
    await until('the proxy has expired', () => Date.now() > Date.parse(validTo) + 1_000);
    expect(submit([], past)).toMatchObject({
      status: 126,
      lines: [
        expect.stringMatching(/^apppot: Cannot use the proxy ".*": it expired at /),
        '  Make a new one with arcproxy.',
      ],
    });
    const words = ['submit', '--to', `arc-cli:${ce.url}`, '--image', '/no.img', 'true'];
    expect(apppot(words, past)).toMatchObject({
      status: 126,
      lines: [
        `apppot: Cannot submit to "${ce.url}": the proxy has expired`,
        '  Make a new one with arcproxy.',
      ],
    });
  });

  it('for an authority that is not trusted', () => {
    const far = mkdtempSync(join(directory.path, 'far-'));
    execFileSync('arcctl', ['test-ca', '--ca-dir', far, '--ca-id', 'FAR', 'init'], {
      stdio: 'pipe',
    });
    expect(submit([], { X509_CERT_DIR: far })).toMatchObject({
      status: 126,
      lines: [
        expect.stringContaining(`apppot: Cannot trust "${ce.url}": `),
        expect.stringContaining('X509_CERT_DIR'),
      ],
    });
  });

  it('for somebody who may not use the service', () => {
    expect(submit([], person('Bob Other'))).toMatchObject({
      status: 126,
      lines: [
        expect.stringContaining(`apppot: Cannot submit to "${ce.url}": we may not (403`),
        expect.stringContaining('Ask its administrator'),
      ],
    });
  });

  it('for a service that is down', async () => {
    const url = `https://localhost:${await freePort()}/arex`;
    const { status, lines } = apppot(['submit', '--to', url, '--image', '/no.img', 'true']);
    expect({ status, line: lines[0] }).toEqual({
      status: 125,
      line: `apppot: Cannot reach "${url}": connection refused`,
    });
  });

  it('for a queue that is not there, of one job and of a sweep', () => {
    const refusal = `Cannot submit to "${ce.url}": it refuses the job: Requested queue nosuch is not allowed for this user`;
    expect(submit(['--queue', 'nosuch'])).toMatchObject({
      status: 126,
      lines: [`apppot: ${refusal}`, expect.stringContaining('--dry-run')],
    });
    const { status, lines, stdout } = submit(['--queue', 'nosuch', '--array', '20']);
    expect({ status, lines }).toEqual({
      status: 125,
      lines: [
        `apppot: Cannot hand over all of the sweep "${stdout.trim()}": 0 of 20 jobs are; then: ${refusal}`,
        `  Go on with "apppot submit --resume ${stdout.trim()}".`,
      ],
    });
  });

  it('for a run-time environment that is not there', () => {
    const words = ['submit', '--to', ce.url, '--rte', 'NO/SUCH-1.0', '--wait', 'true'];
    const { status, lines } = apppot(words);
    expect({ status, lines }).toEqual({
      status: 125,
      lines: [expect.stringMatching(/^apppot: the job \w+ failed: .*NO\/SUCH-1\.0/)],
    });
  });

  it('for what its own script refuses: the reason is in its stderr, and the status its own', () => {
    const { status, stdout } = submit(['--wait', '--output', 'result.csv']);
    expect(status).toBe(127);
    const id = stdout.trim();
    expect(apppot(['job', 'cat', id, '--stderr']).stdout).toBe(
      'apppot: Cannot read the image "/no.img": there is no such file on this worker\n',
    );
    expect(apppot(['job', 'fetch', id, '-o', 'got'])).toMatchObject({
      status: 3,
      lines: [
        `apppot: Cannot fetch all of the job "${id}": it left no "result.csv"`,
        `  See "apppot job cat ${id} --stderr".`,
      ],
    });
  });

  it('for a job that is killed', () => {
    const kernel = join(directory.path, 'slow-kernel');
    writeFileSync(kernel, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
    const words = ['--to', ce.url, '--image', smallImage(), '--ship-kernel', kernel];
    const id = apppot(['submit', ...words, 'true']).stdout.trim();
    expect(apppot(['job', 'kill', id])).toMatchObject({ status: 0, lines: [''] });
    expect(apppot(['job', 'wait', id])).toMatchObject({
      status: 143,
      lines: [expect.stringMatching(`^apppot: the job ${id} was killed: .*external request`)],
    });
  });

  it('for too little disk on the worker', () => {
    const words = ['--image', smallImage(), '--disk', '900T', '--wait'];
    const { status, stdout } = apppot(['submit', '--to', ce.url, ...words, 'true']);
    expect(status).toBe(126);
    expect(apppot(['job', 'cat', stdout.trim(), '--stderr']).stdout).toMatch(
      /^apppot: Cannot run the guest: ".*" has \d+ MiB free, and what it writes may need \d+ MiB\n/,
    );
  });

  it('for an input that is not there, and nothing is sent', () => {
    const there = (): readonly string[] => readdirSync(join(ce.directory, 'session'));
    const before = there();
    for (const to of [ce.url, `arc-cli:${ce.url}`]) {
      const words = ['submit', '--to', to, '--image', '/no.img', '--input', 'nowhere.txt', 'true'];
      expect(apppot(words)).toMatchObject({
        status: 125,
        lines: [
          'apppot: Cannot use the options: 1 mistake',
          '  --input: "nowhere.txt": no such file or directory, and nothing that matches',
        ],
      });
    }
    expect(there()).toEqual(before);
  });

  it('for all that is wrong with a job file and its options', () => {
    writeFileSync(join(directory.path, 'job.yaml'), 'mem: much\ncolour: red\n');
    const { status, lines } = apppot(['submit', 'job.yaml', '--count', '0', '--input', 'nowhere']);
    expect({ status, lines }).toEqual({
      status: 125,
      lines: [
        'apppot: Cannot use "job.yaml": 2 mistakes',
        '  line 1: mem: expected a size such as 2G',
        '  line 2: colour: unknown setting',
        'Cannot use the options: 2 mistakes',
        '  --count: expected a number of cores such as 1',
        '  --input: "nowhere": no such file or directory, and nothing that matches',
      ],
    });
  });

  it('for a field that a line of a sweep does not have', () => {
    writeFileSync(join(directory.path, 'lines'), 'a b\nc\n');
    const { status, lines } = submit(['--each', 'lines', '--env', 'X={2}']);
    expect({ status, line: lines[0] }).toEqual({
      status: 125,
      line: 'apppot: Cannot make job 2 of the sweep: "c" has no field 2, but 1',
    });
  });
});
