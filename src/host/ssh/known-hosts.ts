/**
 * Files of known hosts. Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
 *
 * @module
 */

import { createHash, createHmac } from 'node:crypto';

/** What is known of a machine. */
export interface KnownKeys {
  readonly keys: readonly HostKey[];
  /** In base64: not to be trusted whatever else is written. */
  readonly revoked: readonly string[];
}

export interface HostKey {
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  /** In base64. */
  readonly key: string;
}

/** @param wanted Ports other than 22 are part of the name: `[host]:2222`. */
export function knownKeys(text: string, wanted: string): KnownKeys {
  const name = wanted.toLowerCase();
  const rows = text.split('\n').flatMap((line) => {
    const row = /^\s*(?:(?<marker>@\S+)\s+)?(?<names>\S+)\s+(?<type>\S+)\s+(?<key>\S+)/.exec(line);
    const { marker, names = '#', type = '', key = '' } = row?.groups ?? {};
    return names.startsWith('#') || !matches(names, name) ? [] : [{ marker, type, key }];
  });
  const marked = (mark?: string) => rows.filter(({ marker }) => marker === mark);
  return {
    keys: marked().map(({ type, key }) => ({ type, key })),
    revoked: marked('@revoked').map(({ key }) => key),
  };
}

function matches(names: string, name: string): boolean {
  if (names.startsWith('|1|')) return isHash(names, name);
  const patterns = names.toLowerCase().split(',');
  const denied = patterns.filter((one) => one.startsWith('!')).map((one) => one.slice(1));
  return (
    patterns.some((pattern) => !pattern.startsWith('!') && fits(pattern, name)) &&
    !denied.some((pattern) => fits(pattern, name))
  );
}

/** `|1|SALT|HASH`, both in base64. */
function isHash(names: string, name: string): boolean {
  const [, , salt = '', hash] = names.split('|');
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

function fits(pattern: string, name: string): boolean {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);
}

/** As OpenSSH shows a key. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
