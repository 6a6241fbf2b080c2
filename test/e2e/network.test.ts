import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { quote } from '../../src/launch/shell.ts';
import { run, start, workDirectory } from '../kit/guest-run.ts';

/** Answers every connection on all addresses of its network namespace. */
const SERVER = `
require('node:net').createServer((socket) => socket.end('reached\\n')).listen(8080, () => {
  require('node:fs').writeFileSync('listening', '');
});
`;

const CALL = 'exec 3<>/dev/tcp/$0/8080 && cat <&3';

// A network namespace of its own: unshare(1) needs root.
describe.runIf(process.getuid?.() === 0)('in a network where a server listens, a guest', () => {
  const work = workDirectory();

  /** Starts server and guest in a new network namespace with the address 192.0.2.1. */
  async function call(network: readonly string[], address: string) {
    const { bin, image } = inject('installed');
    writeFileSync(join(work.path, 'server.cjs'), SERVER);
    const guest = [
      join(bin, 'apppot-start'),
      '--image',
      image,
      ...network,
      'bash',
      '-c',
      CALL,
      address,
    ];
    const script = `
      ip link set lo up && ip addr add 192.0.2.1/32 dev lo
      rm -f listening; node server.cjs & server=$!
      until [ -e listening ]; do kill -0 $server && sleep 0.05; done
      ${guest.map(quote).join(' ')}; status=$?
      kill $server; exit $status`;
    const { status, stdout } = await run(['unshare', '-n', 'sh', '-c', script], { cwd: work.path });
    return { status, stdout: stdout.toString() };
  }

  it('reaches it by slirp4netns, and by slirp', async () => {
    const reached = { status: 0, stdout: 'reached\n' };
    expect(await call(['--net', 'auto'], '192.0.2.1')).toEqual(reached);
    expect(await call(['--net', 'slirp'], '192.0.2.1')).toEqual(reached);
  });

  it("reaches the host's loopback by slirp only", async () => {
    expect(await call(['--net', 'slirp'], '10.0.2.2')).toEqual({ status: 0, stdout: 'reached\n' });
    expect(await call(['--net', 'auto'], '10.0.2.2')).toEqual({ status: 1, stdout: '' });
    expect(await call(['--net', 'auto'], '127.0.0.1')).toEqual({ status: 1, stdout: '' });
  });
});

describe('apppot-start --net', () => {
  const interfaces = ['sh', '-c', 'tail -n +3 /proc/net/dev | cut -d: -f1; cat /etc/resolv.conf'];

  it('none: there is a loopback only', async () => {
    const { status, stdout } = await start('apppot-start', ['--net', 'none', ...interfaces]);
    expect({ status, lines: stdout.toString().trim().split(/\s+/) }).toEqual({
      status: 1,
      lines: ['lo'],
    });
  });

  it.for([
    ['auto', 'vec0'],
    ['slirp', 'eth0'],
  ])('%s: there is %s, and a name server', async ([how = '', name]) => {
    const { stdout } = await start('apppot-start', ['--net', how, ...interfaces]);
    expect(stdout.toString()).toContain(name);
    expect(stdout.toString()).toContain('nameserver 10.0.2.3');
  });
});
