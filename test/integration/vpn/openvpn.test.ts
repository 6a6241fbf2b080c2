import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NodeFile } from '../../../src/model/node.ts';
import { type OpenVpn, type OpenVpnOptions, openVpn } from '../../../src/vpn/openvpn.ts';
import { type NetNamespace, netNamespace } from '../../kit/net-namespace.ts';
import { temporaryDirectory } from '../../kit/temporary.ts';

// Real OpenVPN, server and nodes, in a network of its own; a server needs root.

const directory = temporaryDirectory();
const PORT = 1194;
let net: NetNamespace;
let vpn: OpenVpn;
const clients = new Map<string, ChildProcess>();

const options = (): OpenVpnOptions => ({
  host: net.host,
  directory: join(directory.path, 'vpn'),
  remote: { server: '127.0.0.1', port: PORT, protocol: 'tcp' },
  mask: '255.255.255.0',
  server: { kind: 'own', address: '127.0.0.1', port: PORT, network: '10.8.0.0', device: 'tun0' },
  now: () => Date.now() / 1_000,
});

beforeAll(async () => {
  net = await netNamespace();
  vpn = openVpn(options());
});
afterEach(() => {
  for (const client of clients.values()) client.kill('SIGKILL');
  clients.clear();
});
afterAll(async () => {
  await vpn.stop();
  net.end();
});

function member(node: string, number: number) {
  return { node, seat: { host: `n${number}`, address: `10.8.0.${number}` } };
}

/** What a node does with its files. */
function connectNode(node: string, files: ReadonlyMap<string, NodeFile>, device: string): void {
  const place = join(directory.path, node);
  mkdirSync(place, { recursive: true });
  for (const [name, { contents }] of files) writeFileSync(join(place, name), contents);
  const words = ['--cd', place, '--config', 'vpn.conf', '--key', 'vpn.key', '--dev', device];
  const argv = [
    ...net.words,
    'openvpn',
    ...words,
    '--dev-type',
    'tun',
    '--log',
    join(place, 'log'),
  ];
  clients.set(node, spawn(argv[0] ?? '', argv.slice(1), { stdio: 'ignore' }));
}

function logOf(node: string): string {
  return readFileSync(join(directory.path, node, 'log'), 'utf8');
}

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const server = readFileSync(join(directory.path, 'vpn/server.log'), 'utf8');
  throw new Error(`never: ${what}\n${server.split('\n').slice(-30).join('\n')}`);
}

const isConnected = async (node: string): Promise<boolean> => (await vpn.connected()).has(node);

describe('openVpn()', () => {
  it('admits a node, which then has its address, and revoked is closed and refused', async () => {
    const files = await vpn.admit(member('abc1', 77));
    expect([...files].map(([name, { secret }]) => [name, secret])).toEqual([
      ['vpn.conf', false],
      ['vpn-ca.crt', false],
      ['vpn.crt', false],
      ['vpn.key', true],
    ]);
    connectNode('abc1', files, 'tun77');
    await until('abc1 connects', () => isConnected('abc1'));
    expect(net.run('ip', '-4', '-o', 'addr', 'show', 'dev', 'tun77')).toContain(' 10.8.0.77/24 ');
    expect(await vpn.members()).toEqual(['abc1']);

    await vpn.revoke('abc1');
    await until('abc1 is closed', async () => !(await isConnected('abc1')));
    await until(
      'abc1 tries again',
      () => logOf('abc1').split('TCP connection established').length > 2,
    );
    const server = (): string => readFileSync(join(directory.path, 'vpn/server.log'), 'utf8');
    await until('abc1 is refused', () => /certificate revoked/i.test(server()));
    expect(await isConnected('abc1')).toBe(false);
    expect(await vpn.members()).toEqual([]);
  });

  it('gives the same node the same credential, and after its end another one', async () => {
    const first = await vpn.admit(member('same', 78));
    expect(await vpn.admit(member('same', 78))).toEqual(first);
    await vpn.revoke('same');
    await vpn.revoke('same');
    const next = await vpn.admit(member('same', 78));
    expect(next.get('vpn.crt')).not.toEqual(first.get('vpn.crt'));
    expect(next.get('vpn-ca.crt')).toEqual(first.get('vpn-ca.crt'));
    await vpn.revoke('same');
  });

  it('admits many at once', async () => {
    const nodes = Array.from({ length: 8 }, (_, number) => `many${number}`);
    await Promise.all(nodes.map((node, number) => vpn.admit(member(node, 100 + number))));
    expect([...(await vpn.members())].sort()).toEqual(nodes);
    await Promise.all(nodes.map((node) => vpn.revoke(node)));
    expect(await vpn.members()).toEqual([]);
  });

  it('tells of a node that is killed, at once', async () => {
    connectNode('dies', await vpn.admit(member('dies', 79)), 'tun79');
    await until('it connects', () => isConnected('dies'));
    clients.get('dies')?.kill('SIGKILL');
    await until('it is missed', async () => !(await isConnected('dies')));
    expect(await vpn.members()).toEqual(['dies']);
    await vpn.revoke('dies');
  });

  it('lets its server go on, which the next one finds', async () => {
    connectNode('stays', await vpn.admit(member('stays', 80)), 'tun80');
    await until('it connects', () => isConnected('stays'));
    const pid = readFileSync(join(directory.path, 'vpn/server.process'), 'utf8');
    await vpn.close();
    vpn = openVpn(options());
    expect(await vpn.connected()).toEqual(new Set(['stays']));
    expect(await vpn.members()).toEqual(['stays']);
    expect(readFileSync(join(directory.path, 'vpn/server.process'), 'utf8')).toBe(pid);
    await vpn.revoke('stays');
  });

  it('starts a server again that was killed', async () => {
    await vpn.start();
    const [pid] = readFileSync(join(directory.path, 'vpn/server.process'), 'utf8').split(' ');
    process.kill(Number(pid), 'SIGKILL');
    await until('it answers', () =>
      vpn.connected().then(
        () =>
          readFileSync(join(directory.path, 'vpn/server.process'), 'utf8').split(' ')[0] !== pid,
        () => false,
      ),
    );
  });

  it('keeps every key to itself', () => {
    const root = join(directory.path, 'vpn');
    const keys = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /(^|[./])key$/.test(name),
    );
    expect(keys).toContain('authority/ca.key');
    expect(keys).toContain('server.key');
    expect(statSync(root).mode & 0o777).toBe(0o700);
    for (const name of keys) expect(statSync(join(root, name)).mode & 0o777).toBe(0o600);
  });

  it('refuses a name that is no file of its own', async () => {
    await expect(vpn.admit(member('../x', 81))).rejects.toThrow(
      'Cannot admit "../x": it is no name of letters, digits and dashes',
    );
  });

  it('takes a status for unknown, and not for empty, that is old or missing', async () => {
    const later = openVpn({ ...options(), now: () => Date.now() / 1_000 + 3_600 });
    await expect(later.connected()).rejects.toThrow(
      /^Cannot use the status ".*": it is 3\d+ s old$/,
    );
    const paths = {
      clients: join(directory.path, 'site'),
      revoked: join(directory.path, 'site.pem'),
      status: join(directory.path, 'nowhere'),
    };
    const site = openVpn({ ...options(), server: { kind: 'site', paths } });
    await expect(site.connected()).rejects.toThrow(/Cannot read the status/);
  });
});

describe('openVpn() with a server of the site', () => {
  it("writes into the site's directories, and leaves its other clients alone", async () => {
    const own = join(directory.path, 'vpn');
    const clientsOfSite = join(directory.path, 'ccd');
    mkdirSync(clientsOfSite);
    writeFileSync(join(clientsOfSite, 'laptop'), 'ifconfig-push 10.8.0.9 255.255.255.0\n');
    const paths = {
      clients: clientsOfSite,
      revoked: join(directory.path, 'crl.pem'),
      status: join(own, 'status'),
    };
    const site = openVpn({
      ...options(),
      directory: join(directory.path, 'site-authority'),
      server: { kind: 'site', paths },
    });
    await site.admit(member('guest', 90));
    expect(readFileSync(join(clientsOfSite, 'guest'), 'utf8')).toBe(
      '# A node of apppot.\nifconfig-push 10.8.0.90 255.255.255.0\n',
    );
    expect(await site.members()).toEqual(['guest']);
    expect(statSync(paths.revoked).size).toBeGreaterThan(0);
    await site.revoke('guest');
    expect(readdirSync(clientsOfSite)).toEqual(['laptop']);
    expect(await site.check()).toEqual([]);
    rmSync(clientsOfSite, { recursive: true });
    expect(await site.check()).toEqual([
      `nodes cannot be admitted: ${clientsOfSite}: no such file or directory`,
    ]);
  });
});
