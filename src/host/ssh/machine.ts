/**
 * Another machine over ssh: one connection that is opened when it is needed, and again after a loss.
 *
 * @module
 */

import type { Duplex } from 'node:stream';
import pLimit from 'p-limit';
import type { Client, SFTPWrapper } from 'ssh2';
import type { Seconds } from '../../base/clock.ts';
import { type Host, HostError } from '../host.ts';
import type { DistantMachine } from '../machine.ts';
import { ask } from './ask.ts';
import { connectSsh } from './connect.ts';
import { type Destination, parseDestination } from './destination.ts';
import { execute, listen } from './execute.ts';
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
  const sftp = reopened(async () => {
    const client = await clients.get();
    return ask<SFTPWrapper>(client, name, (done) => client.sftp(done));
  }, 'close');
  const atOnce = pLimit(SESSIONS);
  const run: Host['run'] = (argv, given = {}) =>
    atOnce(async () => execute(await clients.get(), name, argv, given));
  return {
    name,
    run,
    stream: async function* (argv, given = {}) {
      yield* listen(await clients.get(), name, argv, given);
    },
    files: sftpFiles(sftp.get, run, name),
    home: async () => {
      const [client, channel] = [await clients.get(), await sftp.get()];
      return ask<string>(client, name, (done) => channel.realpath('.', done));
    },
    forward: async (host, port) => forward(await clients.get(), name, host, port),
    close: async () => {
      (await clients.last())?.end();
    },
  };
}

const MOST_JUMPS = 8;

/** An sshd allows ten for each connection, unless its administrator says otherwise: one is for files. */
const SESSIONS = 8;

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

function forward(client: Client, name: string, host: string, port: number): Promise<Duplex> {
  return ask<Duplex>(
    client,
    name,
    (done) => client.forwardOut('127.0.0.1', 0, host, port, done),
    (error) => unreachable(name, host, port, error),
  );
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
