import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CredentialPaths, readCredentials } from '../../../src/grid/arc/credentials.ts';
import { arcTarget } from '../../../src/grid/arc/target.ts';
import type { Target } from '../../../src/grid/target.ts';
import { type ArcCe, startArcCe } from '../../kit/arc-ce.ts';
import { isOver, stagedJob, until } from '../../kit/target-job.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';
import { type TokenIssuer, tokenIssuer } from '../../kit/token-issuer.ts';
import { until as waitUntil } from '../../kit/until.ts';

const directory = temporaryDirectory();
const opened: Target[] = [];
let issuer: TokenIssuer;
let ce: ArcCe;

// Only a service that root runs asks who may use it.
describe.runIf(process.getuid?.() === 0)('a service', () => {
  beforeAll(async () => {
    issuer = await tokenIssuer();
    ce = await startArcCe(undefined, { issuer: issuer.url });
    await issuer.open(ce.directory);
  });
  afterAll(async () => {
    for (const target of opened) await target.close();
    await ce?.stop();
    await issuer?.close();
  });

  function open(paths: CredentialPaths): Target {
    const credentials = readCredentials(
      { ...paths, authorities: ce.authorities },
      Date.now() / 1_000,
    );
    const target = arcTarget({ endpoint: new URL(ce.url), credentials, deadline: 60 });
    opened.push(target);
    return target;
  }

  function withToken(text: string): Target {
    const token = join(directory.path, `token-${opened.length}`);
    writeFileSync(token, `${text}\n`, { mode: 0o600 });
    return open({ token });
  }

  it.each([
    ['certificate', () => open({ certificate: ce.certificate, key: ce.key })],
    ['proxy', async () => open({ proxy: await ce.proxy() })],
    ['token', () => withToken(issuer.token('ada', 3_600))],
  ])('lets a %s run a job, and fetch what it leaves', async (kind, openIt) => {
    const target = await openIt();
    const id = await target.submit(stagedJob(directory.path, `echo by ${kind}; exit 7`));
    expect(await until(target, id, isOver)).toMatchObject({ state: 'failed', exitStatus: 7 });
    const to = join(directory.path, kind);
    await target.fetch(id, 'out.txt', to);
    expect(readFileSync(to, 'utf8')).toBe(`by ${kind}\n`);
    await target.clean(id);
  });

  it.each([
    ['a token of somebody else', () => withToken(issuer.token('eve', 3_600))],
    ['a token that has expired', () => withToken(issuer.token('ada', -60))],
    ['a token that is none', () => withToken('x.y.z')],
    [
      'a changed token',
      () => withToken(`${issuer.token('ada', 3_600).replace(/\.[^.]*$/, '')}.AAAA`),
    ],
    ['the certificate of a user that it does not know', () => open(userCertificate('Eve Grid'))],
  ])('refuses %s', async (_, openIt) => {
    await expect(openIt().submit(stagedJob(directory.path, 'true'))).rejects.toMatchObject({
      code: 'TARGET_FORBIDDEN',
      kind: 'conflict',
      message: expect.stringMatching(/^Cannot submit to ".*": we may not \(40[13]/),
    });
  });

  it('refuses a proxy that has expired, before and after it is sent', async () => {
    const proxy = await ce.proxy('validityPeriod=1S');
    const later = Date.now() / 1_000 + 120;
    expect(() => readCredentials({ proxy }, later)).toThrow(
      `Cannot use the proxy "${proxy}": it expired at `,
    );
    const credentials = readCredentials({ proxy, authorities: ce.authorities }, 0);
    const target = arcTarget({ endpoint: new URL(ce.url), credentials, deadline: 60 });
    opened.push(target);
    const asked = async (): Promise<string> =>
      target.status(['x']).then(
        () => 'taken',
        (error: { readonly code: string }) => error.code,
      );
    // At first it may not be valid yet: ends of such a short time are close together.
    await waitUntil('it says so', async () => (await asked()) === 'CREDENTIAL_EXPIRED');
  });

  /** From the service's own authority. */
  function userCertificate(name: string): CredentialPaths {
    const words = ['test-ca', '--ca-dir', ce.authorities, '--ca-id', 'UNIT', 'usercert'];
    execFileSync('arcctl', [...words, '-n', name, '--no-auth', '-f'], {
      cwd: directory.path,
      stdio: 'pipe',
    });
    const stem = join(directory.path, `client-${name.replaceAll(' ', '-')}`);
    return { certificate: `${stem}-cert.pem`, key: `${stem}-key.pem` };
  }
});
