import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/host/ports.ts';
import { until } from './until.ts';

/** A real sshd of this user on a loopback port of its own, which lets this user in by a key. */
export interface Sshd {
  /** `USER@127.0.0.1:PORT` */
  readonly destination: string;
  readonly port: number;
  /** Home of a client: `.ssh` in it has the key, and knows the host. */
  readonly home: string;
  /** Home of whoever logs in. */
  readonly account: string;
  /** The server's own key, as files of known hosts have it. */
  readonly hostKey: string;
  log(): string;
  stop(): Promise<void>;
}

/** A machine in namespaces of its own, which the network of this one does not reach. */
export interface Inside {
  /** Come before its programs: those of nsenter(1), run by root. */
  readonly words: readonly string[];
  /** Who logs in, and the home that this user has there. */
  readonly user: string;
  readonly account: string;
}

/**
 * @param env Variables of those who log in.
 * @param inside Where it runs. Default: here, for this user.
 */
export async function startSshd(
  env: Readonly<Record<string, string>> = {},
  inside?: Inside,
): Promise<Sshd> {
  // Root's sshd wants it, and nobody makes it where there is no systemd.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const directory = mkdtempSync('/tmp/apppot-sshd-');
  chmodSync(directory, 0o755);
  const [home, port] = [join(directory, 'home'), await freePort()];
  const account = inside?.account ?? join(directory, 'account');
  if (inside === undefined) mkdirSync(account);
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  for (const file of [join(directory, 'host'), join(home, '.ssh/id_ed25519')]) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  }
  // Whoever logs in reads it.
  copyFileSync(join(home, '.ssh/id_ed25519.pub'), join(directory, 'authorized'));
  const username = inside?.user ?? userInfo().username;
  const hostKey = readFileSync(join(directory, 'host.pub'), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
  writeFileSync(join(home, '.ssh/known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`);
  writeFileSync(
    join(directory, 'sshd_config'),
    [
      `HostKey ${directory}/host`,
      `AuthorizedKeysFile ${directory}/authorized`,
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      `PidFile ${directory}/pid`,
      'UsePAM no',
      'StrictModes no',
      'PasswordAuthentication no',
      'PermitRootLogin prohibit-password',
      `Subsystem sftp internal-sftp -d ${account}`,
      `SetEnv ${Object.entries({ HOME: account, ...env })
        .map(([name, value]) => `${name}=${value}`)
        .join(' ')}`,
      'LogLevel VERBOSE',
      '',
    ].join('\n'),
  );
  const server = await (inside === undefined
    ? listening(directory)
    : answering(directory, port, inside)
  ).catch((error: unknown) => {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  const destination = `${username}@127.0.0.1:${port}`;
  return { destination, port, home, account, hostKey, log: server.log, stop };
}

type Server = Pick<Sshd, 'log' | 'stop'>;

async function listening(directory: string): Promise<Server> {
  const text = { all: '' };
  const server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', join(directory, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  server.stderr.setEncoding('utf8').on('data', (said: string) => {
    text.all += said;
  });
  const ended = once(server, 'exit');
  const stop = async (): Promise<void> => {
    if (server.exitCode === null) server.kill();
    await ended;
  };
  try {
    await until(
      'sshd listens',
      () => text.all.includes('Server listening') || server.exitCode !== null,
    );
    if (server.exitCode !== null) throw new Error('sshd ended');
  } catch (error) {
    await stop();
    throw new Error(`Cannot start sshd: ${error}\n${text.all}`);
  }
  return { log: () => text.all, stop };
}

/** The port is here; behind each connection is a server there, as of inetd. */
async function answering(directory: string, port: number, { words }: Inside): Promise<Server> {
  const text = { all: '' };
  const running = new Set<ChildProcess>();
  const server = createServer((socket) => {
    const all = [...words, '/usr/sbin/sshd', '-i', '-e', '-f', join(directory, 'sshd_config')];
    const child = spawn(all[0] ?? '', all.slice(1), { stdio: 'pipe' });
    running.add(child);
    child.once('exit', () => running.delete(child));
    child.stderr.setEncoding('utf8').on('data', (said: string) => {
      text.all += said;
    });
    for (const stream of [socket, child, child.stdin]) stream.on('error', () => socket.destroy());
    socket.pipe(child.stdin);
    child.stdout.pipe(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    server.close();
    await Promise.all(
      [...running].map(async (child) => {
        const ended = once(child, 'exit');
        child.stdin?.end();
        child.kill();
        await ended;
      }),
    );
  };
  return { log: () => text.all, stop };
}
