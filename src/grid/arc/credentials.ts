/**
 * Who we are to a grid service, and whom we trust: files, named by options or by the variables that
 * other grid programs read.
 *
 * @module
 */

import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instant } from '../../base/clock.ts';
import { explain } from '../../base/errno.ts';
import { GridError } from '../errors.ts';

/** Paths of files; the first of proxy, certificate and token that is there counts. */
export interface CredentialPaths {
  /** Proxy certificate, its chain and key in one file. */
  readonly proxy?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Bearer token. */
  readonly token?: string;
  /** Directory with certificates of authorities; default: those that the system trusts. */
  readonly authorities?: string;
}

/** What a connection needs, read and looked at. */
export interface Credentials {
  readonly cert?: string;
  readonly key?: string;
  readonly token?: string;
  readonly authorities?: readonly string[];
  /** How messages name it. */
  readonly source: string;
}

/** @throws {GridError} `CREDENTIAL_MISSING`, `CREDENTIAL_UNREADABLE`, `CREDENTIAL_EXPIRED` */
export function readCredentials(paths: CredentialPaths, now: Instant): Credentials {
  const authorities = paths.authorities === undefined ? {} : readAuthorities(paths.authorities);
  return { ...readIdentity(paths, now), ...authorities };
}

function readIdentity(
  { proxy, certificate, key, token }: CredentialPaths,
  now: Instant,
): Credentials {
  if (proxy !== undefined) {
    const text = readText('proxy', proxy);
    checkValid('proxy', proxy, text, now);
    return { cert: text, key: text, source: proxy };
  }
  if (certificate !== undefined) {
    const text = readText('certificate', certificate);
    checkValid('certificate', certificate, text, now);
    return { cert: text, key: readKey(key ?? certificate), source: certificate };
  }
  if (token !== undefined) {
    return { token: readText('token', token).trim(), source: token };
  }
  throw new GridError('Cannot find a credential: no certificate, proxy or token is named', {
    kind: 'missing',
    code: 'CREDENTIAL_MISSING',
    hint: 'Set X509_USER_PROXY, X509_USER_CERT and X509_USER_KEY, or BEARER_TOKEN_FILE.',
  });
}

function readText(what: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw unreadable(what, path, explain(cause), cause);
  }
}

function readKey(path: string): string {
  const text = readText('key', path);
  if (/-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw new GridError(`Cannot use the key "${path}": it is protected by a passphrase`, {
      kind: 'usage',
      code: 'CREDENTIAL_UNREADABLE',
      hint: 'Make a proxy of it with arcproxy, and name that with X509_USER_PROXY.',
    });
  }
  if (!text.includes('PRIVATE KEY-----')) throw unreadable('key', path, 'there is no key in it');
  return text;
}

function checkValid(what: string, path: string, text: string, now: Instant): void {
  const certificates = certificatesOf(text);
  if (certificates.length === 0) throw unreadable(what, path, 'there is no certificate in it');
  for (const certificate of certificates) {
    const end = new Date(certificate.validTo);
    if (end.getTime() / 1_000 <= now) throw expired(what, path, end);
  }
}

function certificatesOf(text: string): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return [];
  }
}

/** Of all files that hold certificates; hashed names are links to the same ones. */
function readAuthorities(directory: string): { readonly authorities: readonly string[] } {
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch (cause) {
    throw unreadable('directory of authorities', directory, explain(cause), cause);
  }
  const texts = names
    .filter((name) => /\.(pem|crt|cer|\d)$/.test(name))
    .map((name) => readIfAllowed(join(directory, name)))
    .filter((text) => text.includes('BEGIN CERTIFICATE'));
  if (texts.length === 0) {
    throw unreadable('directory of authorities', directory, 'there is no certificate in it');
  }
  return { authorities: [...new Set(texts)] };
}

/** An authority's own key may lie there, too. */
function readIfAllowed(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function unreadable(what: string, path: string, reason: string, cause?: unknown): GridError {
  return new GridError(`Cannot read the ${what} "${path}": ${reason}`, {
    kind: 'missing',
    code: 'CREDENTIAL_UNREADABLE',
    cause,
  });
}

function expired(what: string, path: string, end: Date): GridError {
  return new GridError(
    `Cannot use the ${what} "${path}": it expired at ${end.toISOString().slice(0, 19)}Z`,
    {
      kind: 'conflict',
      code: 'CREDENTIAL_EXPIRED',
      hint:
        what === 'proxy'
          ? 'Make a new one with arcproxy.'
          : 'Ask for a new one where it was issued.',
    },
  );
}
