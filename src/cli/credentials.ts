import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CredentialPaths } from '../grid/arc/credentials.ts';
import type { Deps } from './deps.ts';
import { homeOf } from './home.ts';

export interface CredentialFlags {
  readonly proxy?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly tokenFile?: string;
  readonly caDir?: string;
}

export function addCredentialOptions(command: Command): Command {
  return command
    .option('--proxy <file>', 'proxy certificate with its key (X509_USER_PROXY)')
    .option('--cert <file>', 'certificate (X509_USER_CERT)')
    .option('--key <file>', 'key of the certificate (X509_USER_KEY)')
    .option('--token-file <file>', 'bearer token (BEARER_TOKEN_FILE)')
    .option('--ca-dir <dir>', 'certificates of trusted authorities (X509_CERT_DIR)');
}

/** As paths that hold wherever the record is read again. */
export function givenCredentials(flags: CredentialFlags): CredentialPaths {
  return paths(flags.proxy, flags.cert, flags.key, flags.tokenFile, flags.caDir);
}

/** What other grid programs would use: variables first, then the usual places. */
export function ownCredentials(env: Deps['env']): CredentialPaths {
  const home = homeOf(env);
  const uid = process.getuid?.() ?? 0;
  const certificate =
    env.X509_USER_CERT || first(HOMES.map((room) => join(home, room, 'usercert.pem')));
  const key = env.X509_USER_KEY || certificate?.replace(/usercert\.pem$/, 'userkey.pem');
  const authorities =
    env.X509_CERT_DIR ||
    first([
      ...HOMES.map((room) => join(home, room, 'certificates')),
      '/etc/grid-security/certificates',
    ]);
  const proxy = env.X509_USER_PROXY || first([join('/tmp', `x509up_u${uid}`)]);
  const token = env.BEARER_TOKEN_FILE || first([join(env.XDG_RUNTIME_DIR || '/tmp', `bt_u${uid}`)]);
  // A proxy that is named but was never made stands for the certificate it is made of.
  const isMade = proxy !== undefined && (existsSync(proxy) || env.X509_USER_CERT === undefined);
  return paths(isMade ? proxy : undefined, certificate, key, token, authorities);
}

const HOMES = ['.arc', '.globus'];

function paths(
  proxy?: string,
  certificate?: string,
  key?: string,
  token?: string,
  authorities?: string,
): CredentialPaths {
  const all = Object.entries({ proxy, certificate, key, token, authorities });
  return Object.fromEntries(
    all.flatMap(([name, path]) => (path === undefined ? [] : [[name, resolve(path)]])),
  );
}

function first(candidates: readonly string[]): string | undefined {
  return candidates.find((path) => existsSync(path));
}
