/**
 * Another machine over ssh: one connection that is opened when it is needed, and again after a loss.
 *
 * @module
 */

import type { Duplex } from 'node:stream';
import type { Client, SFTPWrapper } from 'ssh2';
import type { Seconds } from '../../base/clock.ts';
import { type Host, HostError } from '../host.ts';
import type { DistantMachine } from '../machine.ts';
import { connectSsh } from './connect.ts';
import { type Destination, parseDestination } from './destination.ts';
import { execute, lost } from './execute.ts';
import { askSsh, type Caller } from './settings.ts';
import { sftpFiles } from './sftp-files.ts';

export interface SshOptions {
  /** `[USER@]HOST[:PORT]`, or an alias of `~/.ssh/config`. */
  readonly destination: string;
  readonly caller: Caller;
  /** Socket of an agent with keys: `SSH_AUTH_SOCK`. */
  readonly agent?: string | undefined;
  /** Until a connection is up. */
  readonly deadline: Seconds;
  /** Where OpenSSH is asked how it would connect. */
  readonly local: Host;
}

/** @throws {HostError} `HOST_MALFORMED`; nothing is connected yet. */
export function sshMachine(options: SshOptions): DistantMachine {
  const name = options.destination;
  const destination = parseDestination(name);
  const clients = reopened(() => open(destination, name, options, MOST_JUMPS), 'close');
  const channels = reopened(async () => openSftp(await clients.get(), name), 'close');
  const run: Host['run'] = async (argv, given = {}) =>
    execute(await clients.get(), name, argv, given);
  return {
    name,
    run,
    files: sftpFiles(channels.get, run, name),
    home: async () => realPath(await channels.get(), '.', name),
    forward: async (host, port) => forward(await clients.get(), name, host, port),
    close: async () => {
      (await clients.last())?.end();
    },
  };
}

const MOST_JUMPS = 8;

async function open(
  destination: Destination,
  name: string,
  options: SshOptions,
  left: number,
): Promise<Client> {
  const settings = await askSsh(destination, options.caller, options.local);
  const { agent, deadline } = options;
  const jump = settings.jumps.at(-1);
  if (jump === undefined || left === 0) return connectSsh({ settings, agent, name, deadline });
  const gate = await open(parseDestination(jump), jump, options, left - 1);
  try {
    const through = await forward(gate, jump, settings.host, settings.port);
    const client = await connectSsh({ settings, agent, name, deadline, through });
    client.once('close', () => gate.end());
    return client;
  } catch (error) {
    gate.end();
    throw error;
  }
}

interface Reopened<T> {
  readonly get: () => Promise<T>;
  /** What is open, or being opened; undefined when nothing is. */
  last(): Promise<T | undefined>;
}

/** Keeps a thing until it says that it is closed, then makes another. */
function reopened<T extends { once(event: string, listener: () => void): unknown }>(
  make: () => Promise<T>,
  event: string,
): Reopened<T> {
  let current: Promise<T> | undefined;
  const forget = (gone: Promise<T>): void => {
    if (current === gone) current = undefined;
  };
  const get = (): Promise<T> => {
    if (current !== undefined) return current;
    const fresh = make();
    current = fresh;
    fresh.then(
      (made) => made.once(event, () => forget(fresh)),
      () => forget(fresh),
    );
    return fresh;
  };
  return { get, last: async () => current?.catch(() => undefined) };
}

function openSftp(client: Client, name: string): Promise<SFTPWrapper> {
  return new Promise((resolve, reject) => {
    client.once('close', () => reject(lost(name)));
    client.sftp((error, sftp) => {
      if (error) reject(lost(name, error));
      else resolve(sftp);
    });
  });
}

function realPath(sftp: SFTPWrapper, path: string, name: string): Promise<string> {
  return new Promise((resolve, reject) => {
    sftp.realpath(path, (error, found) => {
      if (error) reject(lost(name, error));
      else resolve(found);
    });
  });
}

function forward(client: Client, name: string, host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.once('close', () => reject(lost(name)));
    client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error) reject(unreachable(name, host, port, error));
      else resolve(channel);
    });
  });
}

function unreachable(name: string, host: string, port: number, cause: Error): HostError {
  const reason = cause.message.replace(/^.*Channel open failure: /, '').toLowerCase();
  return new HostError(`Cannot reach "${host}:${port}" from "${name}": ${reason}`, {
    kind: 'remote',
    code: 'HOST_UNREACHABLE',
    hint: 'Try again later, or another service.',
    cause,
  });
}
