import { explain } from '../../base/errno.ts';
import { errnoOf } from '../../base/errors.ts';
import { HostError } from '../../host/host.ts';
import { GridError } from '../errors.ts';
import type { Credentials } from './credentials.ts';

/** What went wrong with a connection, in words; what is no such failure comes back as it is. */
export function connectionFault(error: unknown, endpoint: URL, { source }: Credentials): unknown {
  if (error instanceof GridError) {
    return error.message.startsWith('Cannot ') ? error : unreachable(endpoint, error.message);
  }
  if (error instanceof HostError) return error;
  const code = errnoOf(error) ?? '';
  if (UNTRUSTED_SERVER.has(code)) {
    return new GridError(`Cannot trust "${endpoint.href}": ${message(error)}`, {
      kind: 'conflict',
      code: 'CREDENTIAL_UNTRUSTED',
      hint: 'Name the directory with the certificates of its authority with X509_CERT_DIR.',
      cause: error,
    });
  }
  if (/CERT_HAS_EXPIRED/.test(code)) {
    return refused(endpoint, 'its certificate has expired', error);
  }
  if (/ALERT_CERTIFICATE_EXPIRED/.test(code)) {
    return new GridError(`Cannot use "${source}": "${endpoint.host}" says that it has expired`, {
      kind: 'conflict',
      code: 'CREDENTIAL_EXPIRED',
      hint: 'Make a new proxy, or ask for a new certificate.',
      cause: error,
    });
  }
  if (/_ALERT_/.test(code)) {
    return refused(endpoint, `it does not accept "${source}" (${message(error)})`, error);
  }
  if (/^ERR_(SSL|OSSL|TLS)|^EPROTO/.test(code)) {
    return refused(endpoint, `TLS failed with "${source}" (${message(error)})`, error);
  }
  if (/^E[A-Z]+$|^ERR_STREAM|^HPE_/.test(code)) return unreachable(endpoint, explain(error), error);
  return error;
}

const UNTRUSTED_SERVER: ReadonlySet<string> = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_SIGNATURE_FAILURE',
]);

/** The part of OpenSSL's message that is for people. */
function message(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split(':').filter(Boolean).slice(-4).join(':').includes('SSL alert')
    ? (/:(?<words>(?:ssl|tls)[^:]* alert [^:]*):/i.exec(text)?.groups?.words ?? text)
    : text.trim();
}

function refused(endpoint: URL, reason: string, cause: unknown): GridError {
  return new GridError(`Cannot use "${endpoint.href}": ${reason}`, {
    kind: 'conflict',
    code: 'CREDENTIAL_UNTRUSTED',
    hint: 'Use a certificate of an authority that the service accepts.',
    cause,
  });
}

function unreachable(endpoint: URL, reason: string, cause?: unknown): GridError {
  return new GridError(`Cannot reach "${endpoint.href}": ${reason}`, {
    kind: 'remote',
    code: 'TARGET_UNREACHABLE',
    hint: 'Try again later, or another service.',
    cause,
  });
}
