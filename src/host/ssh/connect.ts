import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client, ConnectConfig } from 'ssh2';
import type { Seconds } from '../../base/clock.ts';
import { explain } from '../../base/errno.ts';
import { HostError } from '../host.ts';
import { identityOf } from './identity.ts';
import type { SshSettings } from './settings.ts';
import { trustOf } from './trust.ts';

export interface ConnectOptions {
  readonly settings: SshSettings;
  /** Socket of the agent that the caller has. */
  readonly agent?: string | undefined;
  /** How messages name the machine. */
  readonly name: string;
  /** Until a connection is up. */
  readonly deadline: Seconds;
  /** A connection by another machine, in place of one from here. */
  readonly through?: Duplex | undefined;
}

/** Between signs of life; after three without an answer the connection counts as lost. */
const ALIVE_MS = 15_000;

/** Each question listens for the end of its connection. */
const MANY = 1_000;

/** @throws {HostError} `HOST_UNREACHABLE`, `HOST_UNTRUSTED`, `HOST_FORBIDDEN` */
export async function connectSsh(options: ConnectOptions): Promise<Client> {
  const { settings, name, deadline, through } = options;
  const agent = settings.agent === 'none' ? undefined : (settings.agent ?? options.agent);
  const [{ default: ssh }, trust, identity] = await Promise.all([
    import('ssh2'),
    trustOf(settings, name),
    identityOf(settings.user, agent, settings.keyFiles),
  ]);
  let doubt: HostError | undefined;
  const client = new ssh.Client();
  const ready = once(client, 'ready');
  client.connect({
    host: settings.host,
    port: settings.port,
    username: settings.user,
    readyTimeout: deadline * 1_000,
    keepaliveInterval: ALIVE_MS,
    keepaliveCountMax: 3,
    authHandler: [...identity.methods],
    hostVerifier: (key: Buffer) => {
      doubt = trust.judge(key);
      return doubt === undefined;
    },
    ...(through !== undefined && { sock: through }),
    ...(trust.types.length > 0 && { algorithms: { serverHostKey: [...trust.types] } }),
  } as ConnectConfig);
  try {
    await ready;
    client.setMaxListeners(MANY);
    client.on('error', () => undefined);
    return client;
  } catch (error) {
    client.on('error', () => undefined);
    client.end();
    throw doubt ?? connectFault(error, name, identity.locked);
  }
}

function connectFault(error: unknown, name: string, locked: readonly string[]): HostError {
  const level = error instanceof Error && 'level' in error ? error.level : undefined;
  if (level === 'client-authentication') return forbidden(name, locked, error);
  const reason =
    level === 'client-timeout' ? 'no answer in time' : explain(error).replace(/^connect /, '');
  return new HostError(`Cannot reach "${name}" by ssh: ${reason}`, {
    kind: 'remote',
    code: 'HOST_UNREACHABLE',
    hint: 'Try again later, or see whether "ssh" reaches it.',
    cause: error,
  });
}

function forbidden(name: string, [locked]: readonly string[], cause: unknown): HostError {
  return new HostError(`Cannot log in to "${name}" by ssh: it accepts none of our keys`, {
    kind: 'conflict',
    code: 'HOST_FORBIDDEN',
    hint:
      locked === undefined
        ? 'Start an agent with your key (ssh-add), or name the key in ~/.ssh/config.'
        : `The key "${locked}" is protected by a passphrase: give it to an agent with ssh-add.`,
    cause,
  });
}
