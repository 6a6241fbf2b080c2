import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/grid/arc/connection.ts';
import { type CredentialPaths, readCredentials } from '../../../src/grid/arc/credentials.ts';
import { type ArcRest, arcRest } from '../../../src/grid/arc/rest.ts';
import { arcTarget } from '../../../src/grid/arc/target.ts';
import type { StagedJob, Target } from '../../../src/grid/target.ts';
import { freePort } from '../../../src/host/ports.ts';
import { type ArcCe, startArcCe } from '../../kit/arc-ce.ts';
import { isOver, stagedJob, until } from '../../kit/target-job.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

const directory = temporaryDirectory();
let ce: ArcCe;
let open: Target[] = [];
beforeAll(async () => {
  ce = await startArcCe();
});
afterAll(async () => {
  for (const target of open) await target.close();
  open = [];
  await ce?.stop();
});

const YEAR = 365 * 86_400;
const now = (): number => Date.now() / 1_000;

function targetWith(own: CredentialPaths = {}, url = ce.url, at = now()): Target {
  const { certificate, key, authorities } = ce;
  const credentials = readCredentials({ certificate, key, authorities, ...own }, at);
  const target = arcTarget({ endpoint: new URL(url), credentials, deadline: 20 });
  open.push(target);
  return target;
}

/** Says to the service what no job of ours says. */
function restWith(): ArcRest {
  const { certificate, key, authorities } = ce;
  const credentials = readCredentials({ certificate, key, authorities }, now());
  const rest = arcRest(connect(new URL(ce.url), credentials, 20, undefined), ce.url);
  open.push({ ...targetWith(), close: async () => rest.close() });
  return rest;
}

function job(wishes: Parameters<typeof stagedJob>[2] = {}): StagedJob {
  return stagedJob(directory.path, 'true', wishes);
}

/** Certificates from the service's authority, or one of its own. */
function certificate(name: string, words: readonly string[] = [], authority = ''): CredentialPaths {
  const place = mkdtempSync(join(directory.path, 'pki-'));
  const ca = authority === '' ? join(place, 'ca') : authority;
  const arcctl = (...given: readonly string[]): void =>
    void execFileSync('arcctl', ['test-ca', '--ca-dir', ca, '--ca-id', 'UNIT', ...given], {
      cwd: place,
      stdio: 'pipe',
    });
  if (authority === '') arcctl('init');
  arcctl('usercert', '-n', name, '--no-auth', '-f', ...words);
  const stem = join(place, `client-${name.replaceAll(' ', '-')}`);
  return { certificate: `${stem}-cert.pem`, key: `${stem}-key.pem` };
}

describe('credentials', () => {
  it('that expired are refused before anything is sent', () => {
    expect(() => targetWith({}, ce.url, now() + 30 * YEAR)).toThrow(
      `Cannot use the certificate "${ce.certificate}": it expired at `,
    );
  });

  it('that expired by the clock of the service are named', async () => {
    const target = targetWith(certificate('Past User', ['-v', '0'], ce.authorities), ce.url, 0);
    await expect(target.submit(job())).rejects.toMatchObject({
      code: 'CREDENTIAL_EXPIRED',
      message: expect.stringMatching(/^Cannot use ".*": "localhost:\d+" says that it has expired$/),
    });
  });

  it('of a foreign authority are refused', async () => {
    const target = targetWith(certificate('Eve Foreign'));
    await expect(target.submit(job())).rejects.toMatchObject({
      code: 'CREDENTIAL_UNTRUSTED',
      message: expect.stringContaining(`Cannot use "${ce.url}": it does not accept "`),
    });
  });

  it('do not reach a service whose authority is not trusted', async () => {
    const place = mkdtempSync(join(directory.path, 'pki-'));
    execFileSync('arcctl', ['test-ca', '--ca-dir', place, '--ca-id', 'FAR', 'init'], {
      stdio: 'pipe',
    });
    await expect(targetWith({ authorities: place }).status(['x'])).rejects.toMatchObject({
      code: 'CREDENTIAL_UNTRUSTED',
      message: expect.stringContaining(`Cannot trust "${ce.url}": `),
    });
  });

  it.for<[string, CredentialPaths, string]>([
    ['are not there', { certificate: '/nowhere.pem' }, 'no such file or directory'],
    ['hold no certificate', { certificate: '/etc/passwd' }, 'there is no certificate in it'],
    ['hold no key', { key: '/etc/passwd' }, 'there is no key in it'],
    ['have no authorities', { authorities: '/proc/self/task' }, 'there is no certificate in it'],
  ])('that %s are named', ([, paths, reason]) => {
    expect(() => targetWith(paths)).toThrow(reason);
  });

  it('with a passphrase are refused with what to do', () => {
    const key = join(directory.path, 'locked.pem');
    writeFileSync(key, '-----BEGIN ENCRYPTED PRIVATE KEY-----\n');
    expect(() => targetWith({ key })).toThrow('it is protected by a passphrase');
  });

  it('that are none are asked for', () => {
    expect(() => readCredentials({}, now())).toThrow('Cannot find a credential');
  });
});

describe('a job', { timeout: 240_000 }, () => {
  it('for a queue that is not there is refused', async () => {
    await expect(targetWith().submit(job({ queue: 'nosuch' }))).rejects.toMatchObject({
      code: 'JOB_REFUSED',
      message: `Cannot submit to "${ce.url}": it refuses the job: Requested queue nosuch is not allowed for this user`,
    });
  });

  it('for a run-time environment that is not there fails with a reason', async () => {
    const target = targetWith();
    const id = await target.submit(job({ image: { kind: 'rte', name: 'APPS/NO/SUCH-1.0' } }));
    expect(await until(target, id, isOver)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('APPS/NO/SUCH-1.0'),
    });
  });

  it('whose input the service cannot fetch fails with a reason', async () => {
    const server = createServer((_, response) => response.writeHead(404).end()).listen(0);
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nothing`;
    const target = targetWith();
    const id = await target.submit(job({ inputs: [{ name: 'x', source: { kind: 'url', url } }] }));
    expect(await until(target, id, isOver)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('Failed in data staging'),
    });
    server.close();
  });

  it('that needs more processor time than it asked for is ended by the site', async () => {
    const target = targetWith();
    const resources = { memory: 2 ** 26, count: 1, wallTime: 1 };
    const busy = stagedJob(directory.path, 'while :; do :; done', { resources });
    const id = await target.submit(busy);
    expect(await until(target, id, isOver)).toMatchObject({ state: 'failed', exitStatus: 137 });
  });

  it('that is only tried by ARC is not taken for one that ran', async () => {
    const target = targetWith();
    const text = '&(executable="/bin/true")(jobName="a try")(dryrun="yes")';
    const id = await restWith().create(text);
    expect(await until(target, id, isOver)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('Job has dryrun requested'),
    });
  });

  it('that is killed by an administrator is not one that failed', async () => {
    const target = targetWith();
    const id = await target.submit(stagedJob(directory.path, 'sleep 600'));
    await until(target, id, ({ state }) => state === 'running');
    ce.run(['arcctl', '-c', join(ce.directory, 'arc.conf'), 'job', 'kill', id]);
    expect(await until(target, id, isOver)).toMatchObject({
      state: 'killed',
      reason: expect.stringContaining('canceled by external request'),
    });
  });

  it('that is not there cannot be killed or forgotten', async () => {
    const gone = { code: 'JOB_MISSING', kind: 'missing' };
    await expect(targetWith().kill('nosuch')).rejects.toMatchObject(gone);
    await expect(targetWith().clean('nosuch')).rejects.toMatchObject(gone);
  });
});

describe('a service', () => {
  it('that is no A-REX is named', async () => {
    const target = targetWith({}, ce.url.replace(/arex$/, 'other'));
    await expect(target.submit(job())).rejects.toMatchObject({ code: 'TARGET_MALFORMED' });
  });

  it('that is not there is unreachable, and that is not the end of its jobs', async () => {
    const url = `https://localhost:${await freePort()}/arex`;
    await expect(targetWith({}, url).status(['x'])).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      kind: 'remote',
      message: `Cannot reach "${url}": connection refused`,
    });
  });

  it('that dies loses its running jobs, and has their files when it is back', async () => {
    const target = targetWith();
    const id = await target.submit(stagedJob(directory.path, 'echo before; sleep 600'));
    await until(target, id, ({ state }) => state === 'running');
    await ce.halt();
    await expect(target.status([id])).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' });
    await ce.restart();
    expect(await until(target, id, isOver)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('died unexpectedly'),
    });
    const to = join(directory.path, 'kept.txt');
    await target.fetch(id, 'out.txt', to);
    expect(readFileSync(to, 'utf8')).toBe('before\n');
  });
});
