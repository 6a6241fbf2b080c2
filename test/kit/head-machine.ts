import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../src/host/host.ts';
import { hostAmong } from './net-namespace.ts';

const USER = 'ada';
const ID = 2_001;

/** `master`, a machine of a test's own at 10.8.0.1 with other names, homes, network and processes; only root can make one. */
export interface HeadMachine {
  /** The words that come before a program's own, to run it there as root. */
  readonly words: readonly string[];
  readonly root: Host;
  /** Words of `ada`, 2001, in her home. */
  readonly adasWords: readonly string[];
  /** Where its /home is on the outer machine. */
  readonly home: string;
  /** Ends all that runs there. */
  end(): Promise<void>;
}

// tini(1) takes the dead away, and ends with its stdin, which is this process's.
const SCRIPT = `set -e
cd "$1"
hostname master
ip link set lo up
ip addr add 10.8.0.1/32 dev lo
for file in etc/*; do mount --bind "$file" "/$file"; done
mount --bind home /home
cd /
echo up
exec tini -g -- cat >/dev/null`;

/** @param directory Empty and for all to read; what it is made of stays there. */
export async function headMachine(directory: string): Promise<HeadMachine> {
  files(directory);
  const spaces = ['--net', '--uts', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const child = spawn(
    'unshare',
    [...spaces, '--propagation', 'private', 'sh', '-c', SCRIPT, 'master', directory],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await up(child);
  const first = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  const enter = ['nsenter', '-t', first, '-n', '-u', '-m', '-p'];
  const words = [...enter, '--wdns=/', '--'];
  return {
    words,
    root: hostAmong('master', words),
    adasWords: [
      ...[...enter, `--wdns=/home/${USER}`, '--'],
      ...['setpriv', `--reuid=${ID}`, `--regid=${ID}`, '--clear-groups'],
      ...['env', `HOME=/home/${USER}`, `USER=${USER}`, `LOGNAME=${USER}`],
    ],
    home: join(directory, 'home'),
    end: () => ended(child),
  };
}

/** Directories and files that are bound over the machine's own. */
function files(directory: string): void {
  const own = join(directory, 'home', USER);
  const etc = join(directory, 'etc');
  mkdirSync(own, { recursive: true });
  mkdirSync(etc);
  chmodSync(directory, 0o755);
  chownSync(own, ID, ID);
  const others = (file: string): string =>
    readFileSync(file, 'utf8').replaceAll(new RegExp(`^${USER}:.*\n`, 'gm'), '');
  writeFileSync(
    join(etc, 'passwd'),
    `${others('/etc/passwd')}${USER}:x:${ID}:${ID}::/home/${USER}:/bin/bash\n`,
  );
  writeFileSync(join(etc, 'group'), `${others('/etc/group')}${USER}:x:${ID}:\n`);
  writeFileSync(join(etc, 'hosts'), '127.0.0.1 localhost\n10.8.0.1 master\n');
}

function up(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', () => reject(new Error('no machine of its own')));
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}
