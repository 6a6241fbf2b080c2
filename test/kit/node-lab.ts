/**
 * A cluster with nodes of ours: a real Grid Engine, a real OpenVPN, and guests from the recipe for nodes, which are ada's
 * processes. Only root can make one.
 *
 * @module
 */

import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Host } from '../../src/host/host.ts';
import { renderHosts, renderNodeFiles } from '../../src/provider/node-files.ts';
import type { Order, Provider } from '../../src/provider/provider.ts';
import { umlProvider } from '../../src/provider/uml.ts';
import { type OpenVpn, openVpn } from '../../src/vpn/openvpn.ts';
import { type GridEngine, startGridEngine } from './gridengine.ts';
import { hostAmong } from './net-namespace.ts';
import { buildNodeImage } from './node-image.ts';
import { type NodeListener, nodeListener } from './node-listener.ts';

export const ADA = 2_001;
const PORT = { vpn: 1_194, report: 8_642 } as const;
export const LEASE = 'a-secret-for-leases';
export const TOKEN = 'a-secret-for-one-report';

export interface NodeLab {
  readonly directory: string;
  readonly image: string;
  readonly engine: GridEngine;
  readonly vpn: OpenVpn;
  readonly provider: Provider;
  /** Programs in the cluster's network, but among this machine's files and processes. */
  readonly network: Host;
  readonly listener: NodeListener;
  /** A node on `node00N`, known to the VPN and to Grid Engine; settings come over the usual ones. */
  order(number: number, settings?: Readonly<Record<string, string>>): Promise<Order>;
  /** Another provider over the same nodes. */
  reopen(): Provider;
  /** What the agent of a node, living or not, has said. */
  log(): string;
  stop(): Promise<void>;
}

export async function nodeLab(): Promise<NodeLab> {
  const directory = mkdtempSync('/var/tmp/apppot-node-');
  chmodSync(directory, 0o755);
  const image = buildNodeImage(directory);
  const engine = await startGridEngine({ slots: 0 });
  const words = ['nsenter', '-t', String(engine.pid), '-n', '--'];
  const network = hostAmong('master', words);
  const vpn = openVpn({
    host: network,
    directory: join(directory, 'vpn'),
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
  const reopen = (): Provider =>
    umlProvider({
      name: 'local',
      host: network,
      base: join(directory, 'nodes'),
      temporary: tmpdir(),
      path: '/usr/bin:/bin',
      caller: { uid: ADA, gid: ADA, user: 'ada', group: 'ada', umask: 0o22 },
      isOther: true,
      image,
      memory: 256 * 2 ** 20,
      most: 6,
      network: { hostLoopback: true },
      binds: [`${join(engine.directory, 'home')}:/home`],
      now,
    });
  const provider = reopen();
  await vpn.start();
  const listener = await nodeListener(words, '10.8.0.1', PORT.report);
  return {
    ...{ directory, image, engine, vpn, provider, network, listener, reopen },
    order: async (number, settings = {}) => order(vpn, engine, number, settings),
    log: () => logs(join(directory, 'nodes')),
    stop: async () => {
      const { instances } = await provider.list();
      await Promise.all(
        instances.map(({ id }) => provider.terminate(id, undefined, { force: true })),
      );
      listener.close();
      await vpn.stop();
      await engine.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function now(): number {
  return Date.now() / 1_000;
}

let attempts = 0;

async function order(
  vpn: OpenVpn,
  engine: GridEngine,
  number: number,
  settings: Readonly<Record<string, string>>,
): Promise<Order> {
  attempts += 1;
  const host = `node${String(number).padStart(3, '0')}`;
  const seat = { host, address: `10.8.0.${100 + number}` };
  const node = `abcdef${String(attempts).padStart(3, '0')}${String(number).padStart(3, '0')}`;
  const told = renderNodeFiles({
    ...{ node, seat, daemon: { kind: 'gridengine', qmaster: 'master' }, vpn: 'openvpn' },
    hosts: renderHosts([{ host: 'master', address: '10.8.0.1' }, seat]),
    accounts: { passwd: `ada:x:${ADA}:${ADA}::/home/ada:/bin/bash\n`, group: `ada:x:${ADA}:\n` },
    report: { to: `10.8.0.1:${PORT.report}`, token: TOKEN, lease: LEASE, leaseTime: 600, beat: 2 },
  });
  const more = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  const contents = `${told.get('settings')?.contents}${more.join('')}`;
  const keys = await vpn.admit({ node, seat });
  const files = new Map([...keys, ...told, ['settings', { contents, secret: false }]]);
  await enlist(engine, host);
  const tags = { controller: 'test', pool: 'local', node, seat, specHash: 'none', created: now() };
  return { name: `vb-test-local-${node}`, tags, files };
}

/** As a batch system of ours does: it knows the host before its daemon is there. */
async function enlist({ enter }: GridEngine, host: string): Promise<void> {
  await enter.run(['qconf', '-ah', host]);
  await enter.run(['qconf', '-aattr', 'queue', 'slots', `[${host}=1]`, 'main.q']);
  await enter.run(['qconf', '-aattr', 'hostgroup', 'hostlist', host, '@allhosts']);
}

function logs(nodes: string): string {
  const ended = join(nodes, '.ended');
  return [
    ...namesIn(nodes).map((name) => join(nodes, name, 'log')),
    ...namesIn(ended).map((name) => join(ended, name)),
  ]
    .filter((file) => existsSync(file))
    .map((file) => `${file}\n${readFileSync(file, 'utf8')}`)
    .join('\n');
}

function namesIn(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
