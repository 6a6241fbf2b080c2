/**
 * A certificate authority in a directory: one elliptic key pair and certificate for each name, made by
 * openssl(1), and a list of those revoked.
 *
 * @module
 */

import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import type { Host } from '../host/host.ts';
import { OPENSSL_CONFIG } from './openssl-config.ts';
import { type IssuedCertificate, parseIndex } from './openssl-index.ts';
import { inTurn } from './turns.ts';
import { VpnError } from './vpn.ts';

export interface Credential {
  /** PEM. */
  readonly certificate: string;
  readonly key: string;
}

export type Usage = 'server' | 'node';

export interface Authority {
  /** Its own certificate, PEM. */
  certificate(): Promise<string>;
  /** The same name again gets the same, until it is revoked. */
  issue(name: string, usage: Usage): Promise<Credential>;
  /** Every certificate of this name is worthless once the list is written. Again does no harm. */
  revoke(name: string): Promise<void>;
  /** Names with a certificate that is not revoked. */
  issued(): Promise<readonly string[]>;
  close(): void;
}

export interface AuthorityOptions {
  readonly host: Host;
  /** Private to us; made when missing. */
  readonly directory: string;
  /** Where the list of the revoked ones goes, for the server to read. */
  readonly revoked: string;
}

const DEADLINE = 30;
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'] as const;

/** Calls run one after the other: openssl's database knows one writer. */
export function authority({ host, directory, revoked }: AuthorityOptions): Authority {
  const turn = inTurn();
  const openssl = async (...words: readonly string[]): Promise<void> => {
    await host
      .run(['openssl', ...words], {
        cwd: directory,
        timeout: DEADLINE,
        env: { OPENSSL_CONF: '/dev/null' },
      })
      .catch((cause: Error) => Promise.reject(unusable(directory, cause.message, cause)));
  };
  const list = async (): Promise<void> => {
    await openssl('ca', '-config', 'openssl.cnf', '-gencrl', '-out', 'crl.new');
    const text = await readFile(join(directory, 'crl.new'));
    await writeFile(`${revoked}.new`, text, { mode: 0o644 });
    await rename(`${revoked}.new`, revoked);
  };
  const ready = async (): Promise<void> => {
    if (!(await exists(join(directory, 'ca.crt')))) await create(directory, openssl);
    if (!(await exists(revoked))) await list();
  };
  const inOrder = <T>(work: () => Promise<T>): Promise<T> =>
    turn(async () => {
      await ready();
      return work();
    }).catch((cause) => Promise.reject(toVpnError(directory, cause)));
  return {
    certificate: () => inOrder(() => readFile(join(directory, 'ca.crt'), 'utf8')),
    issue: (name, usage) => inOrder(() => issue(directory, openssl, name, usage)),
    revoke: (name) =>
      inOrder(async () => {
        for (const { serial } of await issuedTo(directory, name)) {
          await openssl('ca', '-config', 'openssl.cnf', '-revoke', `certificates/${serial}.pem`);
        }
        await list();
        await rm(join(directory, 'names', name), { recursive: true, force: true });
      }),
    issued: () =>
      inOrder(async () => {
        const valid = (await readIndex(directory)).filter(({ isRevoked }) => !isRevoked);
        return [...new Set(valid.map(({ name }) => name))];
      }),
    close: () => undefined,
  };
}

type OpenSsl = (...words: readonly string[]) => Promise<void>;

/** Half-made before, it is begun anew: its certificate comes last. */
async function create(directory: string, openssl: OpenSsl): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(directory, 0o700);
  for (const name of ['certificates', 'names']) {
    await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  }
  await writeFile(join(directory, 'openssl.cnf'), OPENSSL_CONFIG);
  await writeFile(join(directory, 'index.txt'), '');
  await writeFile(join(directory, 'index.txt.attr'), 'unique_subject = no\n');
  const self = ['req', '-x509', '-new', ...KEY, '-config', 'openssl.cnf', '-days', '3650'];
  await openssl(
    ...[...self, '-extensions', 'authority', '-subj', '/CN=apppot nodes'],
    ...['-keyout', 'ca.key', '-out', 'ca.new'],
  );
  await chmod(join(directory, 'ca.key'), 0o600);
  await rename(join(directory, 'ca.new'), join(directory, 'ca.crt'));
}

async function issue(
  directory: string,
  openssl: OpenSsl,
  name: string,
  usage: Usage,
): Promise<Credential> {
  const place = join(directory, 'names', name);
  if (!(await exists(place))) {
    const fresh = `names/.${name}`;
    await rm(join(directory, fresh), { recursive: true, force: true });
    await mkdir(join(directory, fresh), { mode: 0o700 });
    const request = ['req', '-new', ...KEY, '-config', 'openssl.cnf', '-subj', `/CN=${name}`];
    await openssl(...request, '-keyout', `${fresh}/key`, '-out', `${fresh}/request`);
    await chmod(join(directory, fresh, 'key'), 0o600);
    const sign = ['ca', '-batch', '-notext', '-config', 'openssl.cnf', '-extensions', usage];
    await openssl(...sign, '-in', `${fresh}/request`, '-out', `${fresh}/certificate`);
    await rename(join(directory, fresh), place);
  }
  const [certificate, key] = await Promise.all(
    ['certificate', 'key'].map((file) => readFile(join(place, file), 'utf8')),
  );
  return { certificate: certificate ?? '', key: key ?? '' };
}

async function issuedTo(directory: string, name: string): Promise<readonly IssuedCertificate[]> {
  const all = await readIndex(directory);
  return all.filter((one) => one.name === name && !one.isRevoked);
}

async function readIndex(directory: string): Promise<readonly IssuedCertificate[]> {
  return parseIndex(await readFile(join(directory, 'index.txt'), 'utf8'));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error) => (errnoOf(error) === 'ENOENT' ? false : Promise.reject(error)),
  );
}

function toVpnError(directory: string, cause: unknown): unknown {
  return errnoOf(cause) === undefined || cause instanceof VpnError
    ? cause
    : unusable(directory, explain(cause), cause);
}

function unusable(directory: string, reason: string, cause: unknown): VpnError {
  return new VpnError(`Cannot use the certificate authority "${directory}": ${reason}`, {
    kind: 'conflict',
    code: 'AUTHORITY_UNUSABLE',
    hint: 'Look at the directory, and whether openssl is installed.',
    cause,
  });
}
