import { readFile } from 'node:fs/promises';
import type { AnyAuthMethod, ParsedKey } from 'ssh2';

/** What a user can show: an agent, and keys without a passphrase. */
export interface Identity {
  readonly methods: readonly AnyAuthMethod[];
  /** Files with keys that a passphrase protects. */
  readonly locked: readonly string[];
}

/** @param agent Socket of an agent. */
export async function identityOf(
  username: string,
  agent: string | undefined,
  files: readonly string[],
): Promise<Identity> {
  // Of a CommonJS package only the default is sure to have all.
  const { utils } = (await import('ssh2')).default;
  const methods: AnyAuthMethod[] = agent === undefined ? [] : [{ type: 'agent', username, agent }];
  const locked: string[] = [];
  for (const file of files) {
    const text = await readFile(file).catch(() => undefined);
    const key = text === undefined ? undefined : utils.parseKey(text);
    if (isKey(key)) methods.push({ type: 'publickey', username, key });
    else if (key instanceof Error && /passphrase/i.test(key.message)) locked.push(file);
  }
  return { methods, locked };
}

function isKey(key: unknown): key is ParsedKey {
  return typeof key === 'object' && key !== null && !(key instanceof Error);
}
