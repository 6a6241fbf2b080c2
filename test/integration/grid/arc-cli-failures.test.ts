import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arcCliTarget } from '../../../src/grid/arc-cli/target.ts';
import type { StagedJob, Target } from '../../../src/grid/target.ts';
import { localHost } from '../../../src/host/local.ts';
import { localMachine } from '../../../src/host/local-machine.ts';
import { freePort } from '../../../src/host/ports.ts';
import { type ArcCe, startArcCe } from '../../kit/arc-ce.ts';
import { isOver, stagedJob, until } from '../../kit/target-job.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';
import { until as waitUntil } from '../../kit/until.ts';

const directory = temporaryDirectory();
let ce: ArcCe;
let proxy: string;
beforeAll(async () => {
  ce = await startArcCe();
  proxy = await ce.proxy();
});
afterAll(() => ce?.stop());

function targetWith(own: Readonly<Record<string, string>> = {}, url = ce.url): Target {
  const base = join(directory.path, 'client');
  mkdirSync(base, { recursive: true });
  const environment = { HOME: base, X509_USER_PROXY: proxy, X509_CERT_DIR: ce.authorities, ...own };
  const machine = localMachine(localHost, base);
  return arcCliTarget({ machine, base, url, protocol: 'arcrest', environment, deadline: 60 });
}

function job(wishes: Parameters<typeof stagedJob>[2] = {}): StagedJob {
  return stagedJob(directory.path, 'true', wishes);
}

let past: Promise<string> | undefined;
/** A proxy that was good for a second. */
function expired(): Promise<string> {
  past ??= ce.proxy('validityPeriod=1S').then(async (path) => {
    const { validTo } = new X509Certificate(readFileSync(path));
    await waitUntil('the proxy has expired', () => Date.now() > Date.parse(validTo) + 1000);
    return path;
  });
  return past;
}

/** A proxy of a certificate from the service's authority, or one of its own. */
async function proxyOf(name: string, authority?: string): Promise<string> {
  const place = mkdtempSync(join(directory.path, 'pki-'));
  const ca = authority ?? join(place, 'ca');
  const arcctl = (...words: readonly string[]): void =>
    void execFileSync('arcctl', ['test-ca', '--ca-dir', ca, '--ca-id', 'UNIT', ...words], {
      ...{ cwd: place, stdio: 'pipe' },
    });
  if (authority === undefined) arcctl('init');
  arcctl('usercert', '-n', name, '--no-auth', '-f');
  const stem = join(place, `client-${name.replaceAll(' ', '-')}`);
  const made = join(place, 'proxy.pem');
  execFileSync('arcproxy', ['-P', made, '-c', 'validityPeriod=12H'], {
    stdio: 'pipe',
    env: {
      ...{ PATH: process.env.PATH, HOME: place, X509_CERT_DIR: ca },
      ...{ X509_USER_CERT: `${stem}-cert.pem`, X509_USER_KEY: `${stem}-key.pem` },
    },
  });
  return made;
}

describe('a submission by the command line of ARC', () => {
  it('to a service that is down says that nobody is there', async () => {
    const url = `https://localhost:${await freePort()}/arex`;
    await expect(targetWith({}, url).submit(job())).rejects.toMatchObject({
      code: 'TARGET_UNREACHABLE',
      message: expect.stringMatching(/^Cannot reach ".*": TCP: GENERIC_ERROR \(Failed to connect/),
    });
  });

  it('without a proxy asks for one', async () => {
    const own = { X509_USER_PROXY: '/nowhere/proxy.pem' };
    await expect(targetWith(own).submit(job())).rejects.toMatchObject({
      code: 'CREDENTIAL_MISSING',
      message: `Cannot submit to "${ce.url}": ARC's programs find no proxy`,
    });
  });

  it('with a proxy that has expired says so', async () => {
    const own = { X509_USER_PROXY: await expired() };
    await expect(targetWith(own).submit(job())).rejects.toMatchObject({
      code: 'CREDENTIAL_EXPIRED',
      message: `Cannot submit to "${ce.url}": the proxy has expired`,
    });
  });

  it('to a service whose authority is not trusted says so', async () => {
    const place = mkdtempSync(join(directory.path, 'pki-'));
    const words = ['test-ca', '--ca-dir', place, '--ca-id', 'FAR', 'init'];
    execFileSync('arcctl', words, { stdio: 'pipe' });
    await expect(targetWith({ X509_CERT_DIR: place }).submit(job())).rejects.toMatchObject({
      code: 'CREDENTIAL_UNTRUSTED',
      message: expect.stringMatching(/^Cannot trust ".*": .*certificate/),
    });
  });

  it.for([
    ['by somebody who may not use the service', 'Bob Other', true],
    ['with a proxy of a foreign authority', 'Eve Foreign', false],
  ] as const)('%s says so', async ([, name, isKnown]) => {
    const own = { X509_USER_PROXY: await proxyOf(name, isKnown ? ce.authorities : undefined) };
    await expect(targetWith(own).submit(job())).rejects.toMatchObject({
      code: 'TARGET_FORBIDDEN',
      message: `Cannot submit to "${ce.url}": it does not take our credentials`,
    });
  });

  it('for a queue that is not there gives the words of the service', async () => {
    await expect(targetWith().submit(job({ queue: 'nosuch' }))).rejects.toMatchObject({
      code: 'JOB_REFUSED',
      message: `Cannot submit to "${ce.url}": it refuses the job: Requested queue nosuch is not allowed for this user`,
    });
  });
});

describe('a job by the command line of ARC', { timeout: 240_000 }, () => {
  it('for a run-time environment that is not there fails', async () => {
    const target = targetWith();
    const id = await target.submit(job({ image: { kind: 'rte', name: 'APPS/NO/SUCH-1.0' } }));
    expect(await until(target, id, isOver)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('submission to LRMS failed'),
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

  it('that is killed by an administrator is not one that failed', async () => {
    const target = targetWith();
    const id = await target.submit(stagedJob(directory.path, 'sleep 600'));
    await until(target, id, ({ state }) => state === 'running');
    const own = id.split('@')[0]?.split('/').at(-1) ?? '';
    ce.run(['arcctl', '-c', join(ce.directory, 'arc.conf'), 'job', 'kill', own]);
    expect(await until(target, id, isOver)).toMatchObject({
      state: 'killed',
      reason: expect.stringContaining('canceled by external request'),
    });
    const late = targetWith({ X509_USER_PROXY: await expired() });
    expect(await late.status([id])).toEqual(new Map([[id, { state: 'unknown' }]]));
  });

  it('is unknown while its service is down, and then has failed', async () => {
    const target = targetWith();
    const id = await target.submit(stagedJob(directory.path, 'echo before; sleep 600'));
    await until(target, id, ({ state }) => state === 'running');
    await ce.halt();
    expect(await target.status([id])).toEqual(new Map([[id, { state: 'unknown' }]]));
    const unreachable = { code: 'TARGET_UNREACHABLE' };
    await expect(target.load()).rejects.toMatchObject(unreachable);
    const to = join(directory.path, 'kept.txt');
    await expect(target.kill(id)).rejects.toMatchObject(unreachable);
    await expect(target.fetch(id, 'out.txt', to)).rejects.toMatchObject(unreachable);
    await expect(target.clean(id)).rejects.toMatchObject(unreachable);
    await ce.restart();
    expect(await until(target, id, isOver)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('died unexpectedly'),
    });
    await target.fetch(id, 'out.txt', to);
    expect(readFileSync(to, 'utf8')).toBe('before\n');
  });

  it('that was handed over by a process that died is found at the service', async () => {
    const one = targetWith();
    const lost = job();
    const [address] = (await one.submit(lost)).split('@');
    // As if it had died before it wrote down where the job is.
    const note = join(directory.path, 'client/arc-cli', lost.mark, 'address');
    execFileSync('rm', [note]);
    expect(await one.find(lost.mark)).toEqual([`${address}@${lost.mark}`]);
    expect(await one.find('apppot-test-nosuch')).toEqual([]);
  });
});
