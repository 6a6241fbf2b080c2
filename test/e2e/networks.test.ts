import { describe, expect, it } from 'vitest';
import { netLab } from '../kit/net-lab.ts';

// Networks of the test's own need root.
const isRoot = process.getuid?.() === 0;

// A script, which finds no shell in a sandbox.
const RECENT = '--kernel ./linux-6.16 --unconfined';
/** A kernel as of Linux 6.16, as far as its networks go: it does not know what was removed. */
const RECENT_KERNEL = `cat >linux-6.16 <<'END'
#!/bin/sh
for word; do
  case $word in
  --showconfig)
    linux.uml --showconfig |
      sed -E 's/^(CONFIG_UML_NET(_(DAEMON|MCAST|SLIP|SLIRP|TUNTAP|VDE))?)=y/# \\1 is not set/'
    exit ;;
  eth[0-9]*=*) echo "unknown: $word" >&2; exit 1 ;;
  esac
done
exec /usr/bin/linux.uml "$@"
END
chmod 755 linux-6.16`;

describe.runIf(isRoot)('a network that leads out', () => {
  const lab = netLab();

  it.for([
    ['slirp4netns', 'guest'],
    ['slirp4netns', 'printed'],
    ['slirp', 'guest'],
    ['slirp', 'printed'],
    [`slirp ${RECENT}`, 'guest'],
    [`slirp ${RECENT}`, 'printed'],
  ])('%s carries names, TCP, UDP and much data, by %s', async ([net, way]) => {
    const { status, lines } = await lab.inNetwork(`
      ${RECENT_KERNEL}
      serve 7000; name_server
      ${way} g1 --net ${net} bash -c '
        getent hosts server.example | tr -s " "
        bash talk.sh 192.0.2.1 7000'`);
    const host = (await lab.inNetwork('uname -n')).lines[0] ?? '';
    expect(lines).toEqual(['192.0.2.1 server.example', ...lab.talk(host)]);
    expect(status).toBe(0);
  });

  it('says that only slirp4netns leads UDP in', async () => {
    const words = '--net slirp --publish 192.0.2.1:7001:7000/udp true';
    const { status, lines } = await lab.inNetwork(`guest g1 ${words}`);
    expect({ status, lines }).toEqual({
      status: 126,
      lines: [
        'apppot-start: Cannot publish 192.0.2.1:7001:7000/udp: only slirp4netns leads UDP into a guest',
        '  Install slirp4netns, and use --net auto.',
      ],
    });
  });

  it('says that answers by UDP would be lost on the loopback', async () => {
    const { status, lines } = await lab.inNetwork('guest g1 --publish 7001:7000/udp true');
    expect({ status, lines }).toEqual({
      status: 126,
      lines: [
        'apppot-start: Cannot publish 127.0.0.1:7001:7000/udp: ' +
          'slirp4netns brings no answers by UDP back to the loopback',
        '  Publish it on another address of this host: ADDRESS:HOSTPORT:GUESTPORT/udp.',
      ],
    });
  });

  it('says before the start that a port is taken', async () => {
    const { status, lines } = await lab.inNetwork(`
      serve 7000
      guest g1 --publish 7000:80 true`);
    expect({ status, lines }).toEqual({
      status: 126,
      lines: [
        'apppot-start: Cannot publish 127.0.0.1:7000:80/tcp: another program has this port',
        '  Choose another port of the host; those from 1024 on are for everybody.',
      ],
    });
  });

  it("keeps the host's loopback closed unless it is asked for", async () => {
    const ask = `bash -c 'exec 3<>/dev/tcp/10.0.2.2/7000 && echo hello >&3 && cat <&3' 2>/dev/null`;
    const { lines } = await lab.inNetwork(`
      serve 7000
      guest g1 ${ask} || echo closed
      guest g1 --host-loopback ${ask} | cut -d ' ' -f 1
      guest g1 --net slirp ${ask} | cut -d ' ' -f 1`);
    // slirp has no way to close it.
    expect(lines).toEqual(['closed', 'reached', 'reached']);
  });

  it('none: leaves the guest its own loopback only', async () => {
    const { lines } = await lab.inNetwork(
      'guest g1 --net none sh -c \'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "\'',
    );
    expect(lines).toEqual(['lo']);
  });
});

describe.runIf(isRoot)('published ports', () => {
  const lab = netLab();

  it.for([
    ['slirp4netns', '--publish 192.0.2.1:7002:7000/udp'],
    ['slirp', ''],
    [`slirp ${RECENT}`, ''],
    ['switch', ''],
    ['mcast', ''],
    ['tap:tap1', ''],
    ['none', ''],
  ])(
    'lead into a guest of the network %s, from the loopback or the address given',
    async ([net, udp]) => {
      const { lines } = await lab.inNetwork(`
      ${RECENT_KERNEL}
      ip tuntap add tap1 mode tap user 0; ip link set tap1 up
      background guest g1 --net ${net} --node 1 ${udp} \\
        --publish 7001:7000 --publish 192.0.2.1:7002:7000 perl serve.pl 7000
      for i in $(seq 200); do
        a=$(bash -c 'exec 3<>/dev/tcp/127.0.0.1/7001; echo hello >&3; read -r a <&3; echo $a')
        [ -z "$a" ] || break
        sleep 0.1
      done 2>/dev/null
      echo "$a"
      bash talk.sh 192.0.2.1 7002 ${udp === '' ? 'tcp' : ''}
      bash -c 'exec 3<>/dev/tcp/192.0.2.1/7001' 2>/dev/null || echo closed to others`);
      const said = lab.talk('g1').filter((line) => udp !== '' || !line.startsWith('udp'));
      expect(lines).toEqual(['reached g1', ...said, 'closed to others']);
    },
  );
});

describe.runIf(isRoot)('a private network', () => {
  const lab = netLab();

  /** Guest 1 serves; the others talk to it, one after the other. */
  function meet(first: string, others: readonly string[]): string {
    return [
      `background guest g1 --node 1 ${first} perl serve.pl 7000`,
      ...others.map((net, index) => {
        const node = index + 2;
        return `guest g${node} --node ${node} ${net} bash talk.sh 10.77.0.1 7000`;
      }),
    ].join('\n');
  }

  const SWITCH = `
    rm -f lab.sock
    background apppot switch "$PWD/lab.sock" 2>/dev/null
    await_file lab.sock`;

  it('switch: joins four guests on one machine, and stays apart from the way out', async () => {
    const net = '--net switch:lab.sock';
    const { status, lines } = await lab.inNetwork(`
      ${SWITCH}
      ${meet(net, [net, net, `${net} --net auto`])}`);
    expect(lines).toEqual([...lab.talk('g1'), ...lab.talk('g1'), ...lab.talk('g1')]);
    expect(status).toBe(0);
  });

  it('switch: joins machines by TCP, for those who know the secret', async () => {
    const { lines } = await lab.inNetwork(`
      ${SWITCH}
      umask 077; echo a secret of many words >key; echo another secret, as long >other
      background apppot switch --listen 192.0.2.1:7700 --link "$PWD/lab.sock" --secret key 2>/dev/null
      await_port 192.0.2.1 7700
      background guest g1 --node 1 --net switch:lab.sock perl serve.pl 7000
      for n in 2 3; do
        guest g$n --node $n --net switch:tcp:192.0.2.1:7700 --switch-secret key bash talk.sh 10.77.0.1 7000
      done
      guest g4 --node 4 --net switch:tcp:192.0.2.1:7700 --switch-secret other true`);
    expect(lines).toEqual([
      ...lab.talk('g1'),
      ...lab.talk('g1'),
      'apppot-start: Cannot attach to tcp:192.0.2.1:7700: it has another secret',
      '  Start with another network, such as --net slirp, or without one: --net none.',
    ]);
  });

  it('switch: joins machines by ssh, guest by guest or all at once', async () => {
    const { lines } = await lab.inNetwork(`
      ${SWITCH}
      ssh_server
      background guest g1 --node 1 --net switch:lab.sock perl serve.pl 7000
      guest g2 --node 2 --net "switch:ssh:192.0.2.1:$PWD/lab.sock" bash talk.sh 10.77.0.1 7000
      rm -f far.sock
      background apppot switch "$PWD/far.sock" --link "ssh:192.0.2.1:$PWD/lab.sock" 2>/dev/null
      await_file far.sock
      guest g3 --node 3 --net switch:far.sock bash talk.sh 10.77.0.1 7000`);
    expect(lines).toEqual([...lab.talk('g1'), ...lab.talk('g1')]);
  });

  it('switch: joins the guests of a cluster, those of other machines by ssh', async () => {
    const { lines } = await lab.inNetwork(`
      ssh_server
      printf '%s\\n' 'localhost slots=1' '192.0.2.1 slots=2' >hosts
      cluster --hosts hosts --head 192.0.2.1 --net auto --publish 7001:7000 sh -c '
        for n in 2 3; do apppot-rsh node$n uname -n; done'`);
    expect(lines).toEqual(['node2', 'node3']);
  });

  it('switch: stays closed to other users', async () => {
    const { lines } = await lab.inNetwork(`
      ${SWITCH}
      umask 077; echo a secret of many words >key
      background apppot switch --listen 7700 --secret key 2>/dev/null
      await_port 127.0.0.1 7700
      background guest g1 --node 1 --net switch:lab.sock perl serve.pl 7000
      for net in switch:$PWD/lab.sock "switch:tcp:127.0.0.1:7700 --switch-secret $PWD/key"; do
        other guest g2 --node 2 --net $net true
      done
      other printed g2 --node 2 --net $net true
      other guest g3 --net auto --net switch --node 3 bash -c 'exec 3<>/dev/tcp/10.77.0.1/7000'`);
    expect(lines).toEqual([
      expect.stringMatching(
        /^apppot-start: Cannot attach to the switch ".*lab.sock": Permission denied$/,
      ),
      '  Start it first: apppot switch PATH',
      expect.stringMatching(/^apppot-start: Cannot read the secret ".*key": Permission denied$/),
      expect.stringMatching(/umask/),
      expect.stringMatching(/^apppot: Cannot read the secret ".*key": Permission denied$/),
      expect.stringMatching(/umask/),
      'bash: connect: No route to host',
      'bash: line 1: /dev/tcp/10.77.0.1/7000: No route to host',
    ]);
  });

  it('switch: works from a printed script', async () => {
    const { lines } = await lab.inNetwork(`
      ${SWITCH}
      background guest g1 --node 1 --net switch:lab.sock perl serve.pl 7000
      printed g2 --node 2 --net switch:lab.sock bash talk.sh 10.77.0.1 7000`);
    expect(lines).toEqual(lab.talk('g1'));
  });

  it('mcast: joins four guests, on kernels before and from Linux 6.16, one from a printed script', async () => {
    const { lines } = await lab.inNetwork(`
      ${RECENT_KERNEL}
      ${meet('--net mcast', ['--net mcast', `--net mcast ${RECENT}`])}
      printed g4 --node 4 --net mcast bash talk.sh 10.77.0.1 7000`);
    expect(lines).toEqual([...lab.talk('g1'), ...lab.talk('g1'), ...lab.talk('g1')]);
  });

  it('mcast: says that there is no route for it', async () => {
    const { lines } = await lab.inNetwork(`
      ip route del 224.0.0.0/4 dev lo
      guest g1 --node 1 --net mcast true
      printed g1 --node 1 --net mcast true`);
    expect(lines).toEqual([
      'apppot-start: Cannot attach to mcast:239.255.82.77:8277: this host has no route for multicast',
      '  Have the administrator make a route: ip route add 224.0.0.0/4 dev eth0; or use --net switch:',
      'apppot: Cannot use multicast 239.255.82.77: this host has no route for it',
      '  Have the administrator make one: ip route add 224.0.0.0/4 dev eth0, or use --net switch:.',
    ]);
  });

  it('tap: joins four guests by a bridge of the host', async () => {
    const { lines } = await lab.inNetwork(`
      ip link add br0 type bridge && ip link set br0 up
      for n in 1 2 3 4; do
        ip tuntap add tap$n mode tap user 0 && ip link set tap$n master br0 up
      done
      ${meet('--net tap:tap1', ['--net tap:tap2', '--net tap:tap3', '--net tap:tap4'])}`);
    expect(lines).toEqual([...lab.talk('g1'), ...lab.talk('g1'), ...lab.talk('g1')]);
  });

  it('tap: says what is missing', async () => {
    const { lines } = await lab.inNetwork('guest g1 --node 1 --net tap:tap7 true');
    expect(lines).toEqual([
      'apppot-start: Cannot use the tap device "tap7": this host has no such device',
      '  Have the administrator make it: ip tuntap add tap7 mode tap user "$USER".',
    ]);
  });
});
