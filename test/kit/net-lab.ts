/**
 * A network of a test's own, for guests: namespaces of network and processes, with loopback, the
 * address 192.0.2.1, a name server and programs that talk to each other. unshare(1) needs root.
 *
 * @module
 */

import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, inject } from 'vitest';
import { quote } from '../../src/launch/shell.ts';
import { run, workDirectory } from './guest-run.ts';

const PROGRAMS = join(import.meta.dirname, 'net');
const BIG_BYTES = 12 * 2 ** 20;

export interface NetLab {
  readonly path: string;
  /** What `sha256sum` prints for the file `big`. */
  readonly sum: string;
  /** Runs a shell script in a new network, in the lab's directory. */
  inNetwork(
    script: string,
  ): Promise<{ readonly status: unknown; readonly lines: readonly string[] }>;
  /** All that `talk.sh` says when everything goes through. */
  talk(name: string): readonly string[];
}

/** Set before all tests of a file; guests share its directory as their job's. */
export function netLab(): NetLab {
  const work = workDirectory();
  const big = randomBytes(BIG_BYTES);
  const sum = `${createHash('sha256').update(big).digest('hex')}  -`;
  beforeAll(() => {
    for (const name of readdirSync(PROGRAMS)) {
      copyFileSync(join(PROGRAMS, name), join(work.path, name));
    }
    writeFileSync(join(work.path, 'big'), big);
    writeFileSync(join(work.path, 'resolv.conf'), 'nameserver 192.0.2.1\n');
    writeFileSync(join(work.path, 'lab.sh'), functions());
    writeFileSync(join(work.path, 'lab-guest.sh'), guests());
    chmodSync(work.path, 0o777);
  });
  return {
    get path() {
      return work.path;
    },
    sum,
    async inNetwork(script) {
      const { status, stdout, stderr } = await run(
        ['unshare', '-nmpf', '--mount-proc', '--kill-child', 'sh', '-c', `. ./lab.sh\n${script}`],
        { cwd: work.path, env: { LC_ALL: 'C' } },
      );
      const lines = stdout.toString().split('\n').filter(Boolean);
      return { status, lines: [...lines, ...stderr.split('\n').filter(Boolean)] };
    },
    talk: (name) => [`tcp: reached ${name}`, 'udp: datagram', `get: ${sum}`, `put: ${sum}`],
  };
}

/** What every script begins with. */
function functions(): string {
  return `
    rm -rf tmp && mkdir tmp && export TMPDIR="$PWD/tmp" XDG_CONFIG_HOME="$PWD/tmp/config"
    mount -t sysfs sysfs /sys
    ip link set lo up multicast on && ip addr add 192.0.2.1/32 dev lo
    ip route add 224.0.0.0/4 dev lo
    mount --bind resolv.conf /etc/resolv.conf
    running=''
    leave() { kill $running 2>/dev/null; wait; }
    trap leave EXIT
    background() { "$@" & running="$running $!"; }
    await_file() {
      for i in $(seq 400); do [ ! -e "$1" ] || return 0; sleep 0.05; done
      echo "there is no $1"; exit 1
    }
    await_port() {
      for i in $(seq 400); do bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null && return; sleep 0.05; done
      echo "nobody listens at $1 $2"; exit 1
    }
    . ./lab-guest.sh
    # Another user, in a directory of its own, with programs and functions like ours: WORDS...
    other() {
      [ -d tmp/other ] || {
        mkdir -m 1777 tmp/other && cp -p *.pl *.sh *.cjs big tmp/other && chmod 644 tmp/other/*.*
      }
      (cd tmp/other && exec setpriv --reuid 54321 --regid 54321 --clear-groups \\
        env TMPDIR="$PWD" XDG_CONFIG_HOME="$PWD/config" sh -c '. ./lab-guest.sh; "$@"' sh "$@")
    }
    # A server of ssh at 192.0.2.1, for root without a password; what it runs finds our programs.
    ssh_server() {
      home=$(getent passwd 0 | cut -d: -f6)
      mount -t tmpfs -o mode=700 tmpfs "$home" && mount -t tmpfs -o mode=755 tmpfs /run
      mkdir -m 700 /run/sshd "$home/.ssh"
      ssh-keygen -q -t ed25519 -N '' -f "$home/.ssh/id_ed25519"
      cp "$home/.ssh/id_ed25519.pub" "$home/.ssh/authorized_keys"
      printf '%s\\n' 'StrictHostKeyChecking no' 'LogLevel ERROR' >"$home/.ssh/config"
      ssh-keygen -q -t ed25519 -N '' -f /run/host_key
      printf '%s\\n' 'ListenAddress 192.0.2.1' 'HostKey /run/host_key' \\
        "SetEnv PATH=$PATH TMPDIR=$PWD/tmp" >/run/sshd_config
      background /usr/sbin/sshd -D -E sshd.log -f /run/sshd_config
      await_port 192.0.2.1 22
    }
    # Serves in the network itself: PORT
    serve() {
      rm -f "listening.$1"
      background perl serve.pl "$1"
      await_file "listening.$1"
    }
    name_server() { background node name-server.cjs; }
  `;
}

/** What starts guests, for any user. */
function guests(): string {
  const { bin, image } = inject('installed');
  const plan = `--image ${quote(image)} --mem 96M --timeout 90`;
  const start = `${join(bin, 'apppot-start')} ${plan}`;
  return `
    # NAME WORDS...
    guest() { id=$1; shift; ${start} --id "$id" --hostname "$id" "$@"; }
    cluster() { ${join(bin, 'apppot')} cluster run ${plan} "$@"; }
    # The same as a guest, from a printed script.
    printed() {
      id=$1; shift
      ${start} --print-script --id "$id" --hostname "$id" "$@" >"$id.sh" && sh "$id.sh"
    }
  `;
}
