import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { renderHosts, renderNodeFiles } from '../../src/provider/node-files.ts';
import type { Order, Provider } from '../../src/provider/provider.ts';
import { umlProvider } from '../../src/provider/uml.ts';
import { type OpenVpn, openVpn } from '../../src/vpn/openvpn.ts';
import { type GridEngine, startGridEngine } from '../kit/gridengine.ts';
import { hostAmong } from '../kit/net-namespace.ts';
import { buildNodeImage } from '../kit/node-image.ts';
import { type NodeListener, nodeListener } from '../kit/node-listener.ts';

// A real Grid Engine, a real OpenVPN, and real guests from the recipe for nodes: as ada, by root.

const ADA = 2_001;
const PORT = { vpn: 1194, report: 8_642 } as const;
const LEASE = 'a-secret-for-leases';
const TOKEN = 'a-secret-for-one-report';

let work = '';
let engine: GridEngine;
let network: Host;
let vpn: OpenVpn;
let provider: Provider;
let listener: NodeListener;

beforeAll(async () => {
  work = mkdtempSync('/var/tmp/apppot-node-');
  chmodSync(work, 0o755);
  const image = buildNodeImage(work);
  engine = await startGridEngine({ slots: 0 });
  const words = ['nsenter', '-t', String(engine.pid), '-n', '--'];
  network = hostAmong('master', words);
  vpn = openVpn({
    host: network,
    directory: join(work, 'vpn'),
    remote: { server: '10.0.2.2', port: PORT.vpn, protocol: 'tcp' },
    mask: '255.255.255.0',
    server: {
      kind: 'own',
      address: '127.0.0.1',
      port: PORT.vpn,
      network: '10.8.0.0',
      device: 'tun0',
    },
    now,
  });
  provider = umlProvider({
    name: 'local',
    host: network,
    base: join(work, 'nodes'),
    temporary: tmpdir(),
    path: '/usr/bin:/bin',
    caller: { uid: ADA, gid: ADA, user: 'ada', group: 'ada', umask: 0o22 },
    isOther: true,
    image,
    memory: 256 * 2 ** 20,
    most: 4,
    network: { hostLoopback: true },
    binds: [`${join(engine.directory, 'home')}:/home`],
    now,
  });
  listener = await nodeListener(words, '10.8.0.1', PORT.report);
});

afterAll(async () => {
  const nodes = await provider.list();
  for (const { id } of nodes.instances) await provider.terminate(id, undefined, { force: true });
  listener?.close();
  await vpn?.stop();
  await engine?.stop();
  rmSync(work, { recursive: true, force: true });
});

function now(): number {
  return Date.now() / 1_000;
}

async function order(number: number, lease = 600): Promise<Order> {
  const host = `node${String(number).padStart(3, '0')}`;
  const seat = { host, address: `10.8.0.${100 + number}` };
  const node = `abcdefghi${String(number).padStart(3, '0')}`;
  const files = renderNodeFiles({
    node,
    seat,
    daemon: { kind: 'gridengine', qmaster: 'master' },
    hosts: renderHosts([{ host: 'master', address: '10.8.0.1' }, seat]),
    accounts: { passwd: `ada:x:${ADA}:${ADA}::/home/ada:/bin/bash\n`, group: `ada:x:${ADA}:\n` },
    report: {
      to: `10.8.0.1:${PORT.report}`,
      token: TOKEN,
      lease: LEASE,
      leaseTime: lease,
      beat: 2,
    },
    vpn: await vpn.admit({ node, seat }),
  });
  const tags = { controller: 'test', pool: 'local', node, seat, specHash: 'none', created: now() };
  return { name: `vb-test-local-${node}`, tags, files };
}

/** As a batch system of ours does: it knows the host before its daemon is there. */
async function admit(host: string): Promise<void> {
  const qconf = (...words: readonly string[]) => engine.enter.run(['qconf', ...words]);
  await qconf('-ah', host);
  await qconf('-aattr', 'queue', 'slots', `[${host}=1]`, 'main.q');
  await qconf('-aattr', 'hostgroup', 'hostlist', host, '@allhosts');
}

async function until(what: string, isSo: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = Date.now() + 100_000;
  while (Date.now() < deadline) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`never: ${what}\n${logs()}\n${engine.log()}`);
}

function logs(): string {
  const nodes = join(work, 'nodes');
  const places = readdirSync(nodes).map((name) => join(nodes, name, 'log'));
  const ended = join(nodes, '.ended');
  if (existsSync(ended)) places.push(...readdirSync(ended).map((name) => join(ended, name)));
  return places
    .filter((file) => existsSync(file))
    .map((file) => `${file}\n${readFileSync(file, 'utf8')}`)
    .join('\n');
}

const instances = async (): Promise<readonly string[]> =>
  (await provider.list()).instances.map(({ id, state }) => `${id} ${state}`);

it('joins the cluster, runs a job, keeps its lease, does not end under a job, and ends when told', async () => {
  await admit('node001');
  const wanted = await order(1);
  const id = await provider.create(wanted);
  expect(id).toBe(wanted.name);
  expect(await provider.create(wanted)).toBe(id);

  await until('node001 reports', () => listener.heard.some(({ path }) => path === '/ready'));
  expect(listener.heard.find(({ path }) => path === '/ready')?.body).toEqual({
    node: wanted.tags.node,
    token: TOKEN,
  });
  expect(await vpn.connected()).toEqual(new Set([wanted.tags.node]));
  const listing = await provider.list();
  expect(listing.complete).toBe(true);
  expect(listing.instances).toEqual([{ id, name: id, state: 'running', tags: wanted.tags }]);

  await engine.user.run(['qsub', '-cwd', '-j', 'y', '-N', 'hello', '-b', 'y', 'hostname']);
  const output = (): string => {
    const home = join(engine.directory, 'home/ada');
    const file = readdirSync(home).find((name) => name.startsWith('hello.o'));
    return file === undefined ? '' : readFileSync(join(home, file), 'utf8');
  };
  await until('the job says where it is', () => output() === 'node001\n');

  await until('a lease is renewed', () => listener.heard.some(({ path }) => path === '/lease'));
  expect(listener.heard.find(({ path }) => path === '/lease')?.body).toEqual({
    node: wanted.tags.node,
    lease: LEASE,
  });

  const job = ['qsub', '-cwd', '-j', 'y', '-N', 'long', '-b', 'y'];
  const go = join(engine.directory, 'home/ada/go');
  await engine.user.run([...job, 'sh', '-c', '"while [ ! -e go ]; do sleep 1; done"']);
  await until('the long job runs', async () =>
    (await engine.enter.run(['qstat', '-u', '*', '-s', 'r'])).stdout.includes('main.q@node001'),
  );
  await expect(provider.terminate(id)).rejects.toMatchObject({ code: 'VETOED' });
  expect(await instances()).toEqual([`${id} running`]);
  const { writeFileSync } = await import('node:fs');
  writeFileSync(go, '');
  chownSync(go, ADA, ADA);
  await until(
    'the long job ends',
    async () => (await engine.enter.run(['qstat', '-u', '*'])).stdout === '',
  );

  await provider.terminate(id);
  expect(await instances()).toEqual([]);
  await until('the VPN misses it', async () => (await vpn.connected()).size === 0);
  expect(await provider.create(wanted)).toBe(id);
  expect(await instances()).toEqual([]);
});
