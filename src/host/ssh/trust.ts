import { readFile } from 'node:fs/promises';
import type { ServerHostKeyAlgorithm } from 'ssh2';
import { HostError } from '../host.ts';
import { fingerprint, type KnownKeys, knownKeys } from './known-hosts.ts';
import type { SshSettings } from './settings.ts';

/** Whether a machine is the one that its user knows. */
export interface Trust {
  /** Kinds of keys to ask it for; empty: any. */
  readonly types: readonly ServerHostKeyAlgorithm[];
  /** @returns what is wrong with its key, if anything. */
  judge(key: Buffer): HostError | undefined;
}

/** @param name How messages name the machine, as its user does. */
export async function trustOf({ keyName, knownHosts }: SshSettings, name: string): Promise<Trust> {
  const texts = await Promise.all(knownHosts.map((file) => readFile(file, 'utf8').catch(() => '')));
  const known = knownKeys(texts.join('\n'), keyName);
  return {
    types: [...new Set(known.keys.flatMap(({ type }) => signatures(type)))],
    judge: (key) => judge(key, known, name),
  };
}

/** An RSA key signs in several ways. */
function signatures(type: string): ServerHostKeyAlgorithm[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256'] : [type as ServerHostKeyAlgorithm];
}

function judge(key: Buffer, { keys, revoked }: KnownKeys, name: string): HostError | undefined {
  const text = key.toString('base64');
  if (revoked.includes(text)) return untrusted(name, `its key ${fingerprint(key)} is revoked`);
  if (keys.some((known) => known.key === text)) return undefined;
  if (keys.length === 0) {
    return untrusted(
      name,
      `its key ${fingerprint(key)} is not known`,
      'Compare it with what its administrator says, and connect to it once with ssh.',
    );
  }
  return untrusted(
    name,
    `its key ${fingerprint(key)} is not the one that is known`,
    'Ask its administrator whether it has a new key: somebody may listen.',
  );
}

function untrusted(name: string, reason: string, hint?: string): HostError {
  return new HostError(`Cannot trust "${name}": ${reason}`, {
    kind: 'conflict',
    code: 'HOST_UNTRUSTED',
    ...(hint !== undefined && { hint }),
  });
}
