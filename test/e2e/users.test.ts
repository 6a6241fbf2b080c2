import { describe, expect, it } from 'vitest';
import { netLab } from '../kit/net-lab.ts';

// Other users, and networks of the test's own, need root.
const isRoot = process.getuid?.() === 0;

describe.runIf(isRoot)("another user's network", () => {
  const lab = netLab();

  it('mcast: stays unseen in the same group, with the same addresses', async () => {
    const plain = `ffffffffffff02704d000009${'08060001080006040001'}`.padEnd(120, '0');
    const { status, lines } = await lab.inNetwork(`
      mkfifo words && rm -f up done
      other true
      exec 9<>words
      other node group-peer.cjs 239.255.82.77 8277 160 <words >heard 2>&1 &
      running=$!
      for i in $(seq 400); do grep -q ready heard && break; sleep 0.05; done
      background guest root1 --node 1 --net mcast perl serve.pl 7000
      # Alone among its own: whatever it hears is another's.
      other guest lone --node 9 --net mcast sh -c '
        touch up; until [ -e done ]; do sleep 0.2; done
        grep vec1 /proc/net/dev | tr -s " " | cut -d " " -f 3,4' >lone.txt &
      lone=$!
      await_file tmp/other/up
      guest root2 --node 2 --net mcast bash talk.sh 10.77.0.1 7000
      for i in $(seq 20); do echo ${plain}; done >&9
      for i in $(seq 400); do grep -q ${plain} heard && break; sleep 0.05; done
      touch tmp/other/done; wait $lone; cat lone.txt
      background other guest other1 --node 1 --net mcast perl serve.pl 7000
      other guest other2 --node 2 --net mcast bash talk.sh 10.77.0.1 7000 hello >other.txt &
      other=$!
      guest root2 --node 2 --net mcast bash talk.sh 10.77.0.1 7000 hello
      wait $other; cat other.txt
      said() { printf %s "$1" | od -An -v -tx1 | tr -d ' \\n'; }
      [ "$(wc -l <heard)" -gt 100 ] && echo heard much
      grep -c -e "$(said 'reached root1')" -e "$(said 'datagram 1')" heard`);
    expect(lines).toEqual([
      ...lab.talk('root1'),
      '0 0',
      'tcp: reached root1',
      'tcp: reached other1',
      'heard much',
      '0',
    ]);
    expect(status).toBe(1);
  });

  it.for([['slirp4netns'], ['slirp']])('%s: leads nowhere into it', async ([net]) => {
    const { lines } = await lab.inNetwork(`
      background guest g1 --net ${net} perl serve.pl 7000
      await_file listening.7000
      serve 7001
      other guest g2 --net ${net} bash -c '
        for place in 10.0.2.2/7000 10.0.2.15/7000 192.0.2.1/7000 192.0.2.1/7001; do
          exec 3<>/dev/tcp/$place && echo hello >&3 && cat <&3 | cut -d " " -f 1 || echo closed
        done 2>/dev/null'
      other find "$PWD/tmp/apppot-0/g1" 2>&1 | grep -c denied`);
    // The last port is the host's own.
    expect(lines).toEqual(['closed', 'closed', 'closed', 'reached', '1']);
  });

  it('cluster: stays apart from it while both run', async () => {
    const { lines } = await lab.inNetwork(`
      ask='for i in 1 2 3; do apppot-rsh node2 id -u; done'
      other cluster -n 2 sh -c "$ask" >other.txt &
      cluster -n 2 sh -c "$ask"
      wait $!
      cat other.txt`);
    expect(lines).toEqual([...Array(3).fill('0'), ...Array(3).fill('54321')]);
  });

  it('tap: is not for us', async () => {
    const { lines } = await lab.inNetwork(`
      mknod tun c 10 200 && chmod 666 tun && mount --bind tun /dev/net/tun
      ip tuntap add tap1 mode tap user 4242; ip link set tap1 up
      other guest g1 --node 1 --net tap:tap1 true
      other printed g1 --node 1 --net tap:tap1 true
      ip tuntap add tap2 mode tap user 54321; ip addr add 10.77.0.1/16 dev tap2; ip link set tap2 up
      background perl serve.pl 7000
      other guest g2 --node 2 --net tap:tap2 bash talk.sh 10.77.0.1 7000 tcp
      umount /dev/net/tun; rm tun`);
    const host = (await lab.inNetwork('uname -n')).lines[0] ?? '';
    const refused = [
      'Cannot use the tap device "tap1": it is another user\'s',
      '  Have the administrator make it: ip tuntap add tap1 mode tap user "$USER".',
    ];
    expect(lines).toEqual([
      ...lab.talk(host).filter((line) => !line.startsWith('udp')),
      ...[`apppot-start: ${refused[0]}`, refused[1], `apppot: ${refused[0]}`, refused[1]],
    ]);
  });
});
