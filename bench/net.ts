/**
 * How fast each network is: TCP throughput each way and the round trip of one byte, in turn, medians,
 * and ratios to slirp and to the host's loopback of the same run.
 *
 * Needs root, for a network of its own in which there are multicast and tap devices.
 *
 * Usage: npx tsx bench/net.ts IMAGE [ROUNDS] [SECONDS]
 *
 * @module
 */

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { quote } from '../src/launch/shell.ts';

const [image = '', rounds = '3', seconds = '2'] = process.argv.slice(2);
const ROOT = join(import.meta.dirname, '..');

interface Figures {
  /** Megabytes in a second. */
  readonly out: number;
  readonly in: number;
  /** Microseconds. */
  readonly trip: number;
}

/** A network: shell commands that print the three figures. */
interface Contender {
  readonly name: string;
  readonly script: string;
}

const guest = ['node', join(ROOT, 'bin/apppot-start.js'), '--image', resolve(image)]
  .concat(['--mem', '128M', '--timeout', '60'])
  .map(quote)
  .join(' ');
const apppot = `node ${quote(join(ROOT, 'bin/apppot.js'))}`;

/** Guest 1 serves, guest 2 asks. */
function pair(name: string, first: string, second: string, before = ''): Contender {
  return {
    name,
    script: `${before}
      background ${guest} ${first} --node 1 perl gauge.pl serve 7000
      ${guest} ${second} --node 2 perl gauge.pl ask 10.77.0.1 7000 ${seconds}`,
  };
}

/** The host serves, a guest asks. */
function outward(name: string, words: string, address: string, before = ''): Contender {
  return {
    name,
    script: `${before}
      background perl gauge.pl serve 7000
      ${guest} ${words} perl gauge.pl ask ${address} 7000 ${seconds}`,
  };
}

const SWITCH = `background ${apppot} switch "$PWD/lab.sock" --listen 7700 --secret key 2>/dev/null
  until [ -S lab.sock ]; do sleep 0.05; done`;
const TAPS = `ip link add br0 type bridge; ip link set br0 up
  for n in 1 2; do ip tuntap add tap$n mode tap user 0; ip link set tap$n master br0 up; done`;
const TAP =
  'ip tuntap add tap1 mode tap user 0; ip addr add 10.77.0.1/16 dev tap1; ip link set tap1 up';

const CONTENDERS: readonly Contender[] = [
  {
    name: "the host's loopback",
    script: `background perl gauge.pl serve 7000
      perl gauge.pl ask 192.0.2.1 7000 ${seconds}`,
  },
  outward('slirp, to the host', '--net slirp', '192.0.2.1'),
  outward('slirp4netns, to the host', '--net slirp4netns', '192.0.2.1'),
  outward('tap, to the host', '--net tap:tap1 --node 2', '10.77.0.1', TAP),
  pair('switch, two guests', '--net switch:lab.sock', '--net switch:lab.sock', SWITCH),
  pair(
    'switch by TCP, two guests',
    '--net switch:lab.sock',
    '--net switch:tcp:127.0.0.1:7700 --switch-secret key',
    SWITCH,
  ),
  pair('mcast, two guests', '--net mcast', '--net mcast'),
  pair('tap and bridge, two guests', '--net tap:tap1', '--net tap:tap2', TAPS),
];

const FRAME = `
  ip link set lo up multicast on; ip addr add 192.0.2.1/32 dev lo; ip route add 224.0.0.0/4 dev lo
  mount -t sysfs sysfs /sys
  running=''; background() { "$@" & running="$running $!"; }
  trap 'kill $running 2>/dev/null; wait' EXIT
  (umask 077; echo a secret of many words >key)`;

function measure({ name, script }: Contender, directory: string): Figures {
  const { status, stdout } = spawnSync('unshare', ['-nm', 'sh', '-c', `${FRAME}\n${script}`], {
    cwd: directory,
    env: { ...process.env, TMPDIR: directory, XDG_CONFIG_HOME: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [out, into, trip] = String(stdout).trim().split(' ').map(Number);
  if (status !== 0 || trip === undefined) throw new Error(`${name}: status ${status}: ${stdout}`);
  return { out: out ?? 0, in: into ?? 0, trip };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function medians(all: readonly Figures[]): Figures {
  const of = (key: keyof Figures): number => median(all.map((figures) => figures[key]));
  return { out: of('out'), in: of('in'), trip: of('trip') };
}

const COLUMNS = ['Mbit/s out', 'in', 'us', 'out/slirp', 'in/slirp', 'us/slirp'];
COLUMNS.push('out/loop', 'in/loop', 'us/loop');

function report(rows: readonly { readonly name: string; readonly figures: Figures }[]): void {
  const [loop, slirp] = rows.map(({ figures }) => figures);
  const line = (name: string, cells: readonly string[]): void =>
    void process.stdout.write(
      `${name.padEnd(28)}${cells.map((cell) => cell.padStart(11)).join('')}\n`,
    );
  line(`median of ${rounds}`, COLUMNS);
  for (const { name, figures } of rows) {
    const ratios = [slirp, loop].flatMap((other) =>
      (['out', 'in', 'trip'] as const).map((key) =>
        (figures[key] / (other?.[key] ?? 1)).toPrecision(2),
      ),
    );
    const own = [figures.out * 8, figures.in * 8, figures.trip].map((value) => value.toFixed(0));
    line(name, [...own, ...ratios]);
  }
}

const directory = mkdtempSync(join(tmpdir(), 'apppot-net-'));
try {
  copyFileSync(join(import.meta.dirname, 'net/gauge.pl'), join(directory, 'gauge.pl'));
  const all = CONTENDERS.map((): Figures[] => []);
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const [index, contender] of CONTENDERS.entries()) {
      all[index]?.push(measure(contender, directory));
    }
  }
  report(CONTENDERS.map(({ name }, index) => ({ name, figures: medians(all[index] ?? []) })));
} finally {
  rmSync(directory, { recursive: true, force: true });
}
