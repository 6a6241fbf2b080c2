import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * @param env Variables of those who log in.
 * @param into Words that take them to another machine: there is their shell.
 */
export async function startSshd(
  env: Readonly<Record<string, string>> = {},
  into?: readonly string[],
): Promise<Sshd> {
  // Root's sshd wants it, and nobody makes it where there is no systemd.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  const directory = mkdtempSync('/tmp/apppot-sshd-');
  const [home, port] = [join(directory, 'home'), await freePort()];
  const account = join(directory, 'account');
  mkdirSync(account);
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  for (const file of [join(directory, 'host'), join(home, '.ssh/id_ed25519')]) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  }
  const { username } = userInfo();
  const hostKey = readFileSync(join(directory, 'host.pub'), 'utf8')
    .split(' ')
    .slice(0, 2)
    .join(' ');
  writeFileSync(join(home, '.ssh/known_hosts'), `[127.0.0.1]:${port} ${hostKey}\n`);
  writeFileSync(
    join(directory, 'sshd_config'),
    [
      `HostKey ${directory}/host`,
      `AuthorizedKeysFile ${home}/.ssh/id_ed25519.pub`,
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
      ...(into === undefined ? [] : [`ForceCommand ${into.join(' ')} /bin/sh`]),
      '',
    ].join('\n'),
  );
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
    rmSync(directory, { recursive: true, force: true });
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
  const destination = `${username}@127.0.0.1:${port}`;
  return { destination, port, home, account, hostKey, log: () => text.all, stop };
}
