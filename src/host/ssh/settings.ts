/**
 * What OpenSSH would do to reach a machine: its own answer where it is installed, so that aliases and
 * everything else of `~/.ssh/config` count; else the usual places.
 *
 * @module
 */

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Host, HostError } from '../host.ts';
import type { Destination } from './destination.ts';

export interface SshSettings {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  /** Name by which its key is looked up, such as `[head.example.org]:2222`. */
  readonly keyName: string;
  readonly keyFiles: readonly string[];
  readonly knownHosts: readonly string[];
  /** Socket of an agent; `none` uses none. */
  readonly agent?: string;
  /** Machines on the way, the first one first. */
  readonly jumps: readonly string[];
}

export interface Caller {
  readonly user: string;
  readonly home: string;
  /** Where OpenSSH looks for the user's files, when that is another directory than `home`. */
  readonly accountHome?: string;
}

/** @throws {HostError} what ssh says about its configuration. */
export async function askSsh(
  { user, host, port }: Destination,
  caller: Caller,
  local: Host,
): Promise<SshSettings> {
  const words = [
    ...(await ownConfiguration(caller)),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
  ];
  try {
    const { stdout } = await local.run(['ssh', '-G', ...words, host], { timeout: 10 });
    return parseSettings(stdout, caller);
  } catch (error) {
    if (!(error instanceof HostError && error.code === 'COMMAND_NOT_FOUND')) throw error;
    return parseSettings(`host ${host}\nport ${port ?? 22}\nuser ${user ?? caller.user}\n`, caller);
  }
}

/** Where there is none, ssh would take the one of the account's home. */
async function ownConfiguration({ home, accountHome }: Caller): Promise<readonly string[]> {
  if (accountHome === undefined) return [];
  const file = join(home, '.ssh/config');
  const isThere = await access(file).then(
    () => true,
    () => false,
  );
  return ['-F', isThere ? file : '/dev/null'];
}

/** @param text What `ssh -G` prints: a keyword in lower case and its value on each line. */
export function parseSettings(text: string, caller: Caller): SshSettings {
  const { home, accountHome, user } = caller;
  const rows = text.split('\n').map((line) => {
    const cut = line.indexOf(' ');
    return [line.slice(0, cut), line.slice(cut + 1)] as const;
  });
  const all = (name: string): string[] =>
    rows.flatMap(([key, value]) => (key === name ? [value] : []));
  const one = (name: string): string | undefined => all(name).at(-1);
  const path = (name: string): string =>
    accountHome !== undefined && name.startsWith(`${accountHome}/.ssh/`)
      ? join(home, name.slice(accountHome.length))
      : name.replace(/^~(?=\/)/, home);
  const port = Number(one('port') ?? 22);
  const host = one('hostname') ?? one('host') ?? '';
  const agent = one('identityagent');
  const keys = all('identityfile');
  const known = [...all('userknownhostsfile'), ...all('globalknownhostsfile')];
  return {
    host,
    port,
    user: one('user') ?? user,
    keyName: one('hostkeyalias') ?? (port === 22 ? host : `[${host}]:${port}`),
    keyFiles: (keys.length > 0 ? keys : USUAL_KEYS).map(path),
    knownHosts: (known.length > 0 ? known.flatMap((list) => list.split(' ')) : USUAL_HOSTS)
      .filter((file) => file !== 'none')
      .map(path),
    ...(agent !== undefined && agent !== 'SSH_AUTH_SOCK' && { agent: path(agent) }),
    jumps: (one('proxyjump') ?? '').split(',').filter((jump) => jump !== '' && jump !== 'none'),
  };
}

const USUAL_KEYS = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join('~/.ssh', name));
const USUAL_HOSTS = ['~/.ssh/known_hosts', '/etc/ssh/ssh_known_hosts'];
