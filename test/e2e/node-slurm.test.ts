import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { renderHosts, renderNodeFiles } from '../../src/provider/node-files.ts';
import type { Order, Provider } from '../../src/provider/provider.ts';
import { umlProvider } from '../../src/provider/uml.ts';
import { type OpenVpn, openVpn } from '../../src/vpn/openvpn.ts';
import { type NetNamespace, netNamespace } from '../kit/net-namespace.ts';
import { buildNodeImage } from '../kit/node-image.ts';
import { type Slurm, startSlurm } from '../kit/slurm.ts';
import { nodesConfiguration } from '../kit/slurm-node.ts';
import { until } from '../kit/until.ts';

// A real Slurm in a network of its own, a real OpenVPN, and a guest from the recipe for nodes.

const MASTER = '10.8.0.1';
const SEAT = { host: 'node001', address: '10.8.0.101' };
const VPN_PORT = 1_194;

let work = '';
let net: NetNamespace;
let slurm: Slurm;
let vpn: OpenVpn;
let provider: Provider;

beforeAll(async () => {
  work = mkdtempSync(join(inject('installed').directory, 'slurm-'));
  chmodSync(work, 0o755);
  net = await netNamespace();
  net.run('ip', 'addr', 'add', `${MASTER}/32`, 'dev', 'lo');
  slurm = await startSlurm({ words: net.words, address: MASTER });
  const own = { address: '127.0.0.1', port: VPN_PORT, network: '10.8.0.0', device: 'tun0' };
  vpn = openVpn({
    ...{ host: net.host, directory: join(work, 'vpn'), mask: '255.255.255.0', now },
    remote: { server: '10.0.2.2', port: VPN_PORT, protocol: 'tcp' },
    server: { kind: 'own', ...own },
  });
  await vpn.start();
  provider = umlProvider({
    ...{ name: 'local', host: net.host, base: join(work, 'nodes'), temporary: tmpdir(), now },
    path: '/usr/bin:/bin',
    caller: { uid: 0, gid: 0, user: 'root', group: 'root', umask: 0o22 },
    ...{ isOther: false, image: buildNodeImage(work), memory: 320 * 2 ** 20, most: 1 },
    network: { hostLoopback: true },
  });
});

afterAll(async () => {
  for (const { id } of (await provider?.list())?.instances ?? []) {
    await provider.terminate(id, undefined, { force: true });
  }
  await vpn?.stop();
  await slurm?.stop();
  net?.end();
  rmSync(work, { recursive: true, force: true });
});

function now(): number {
  return Date.now() / 1_000;
}

async function order(): Promise<Order> {
  const node = 'slurmnode001';
  const files = renderNodeFiles({
    ...{ node, seat: SEAT, vpn: 'openvpn' },
    daemon: {
      kind: 'slurm',
      configuration: nodesConfiguration(slurm),
      resources: 'CPUs=1 RealMemory=200 Feature=dyn',
      key: readFileSync(join(slurm.configuration, '../munge/key')).toString('base64'),
    },
    hosts: renderHosts([SEAT]),
    accounts: { passwd: '', group: '' },
    report: { to: '', token: 't', lease: 'l', leaseTime: 600, beat: 60 },
  });
  const keys = await vpn.admit({ node, seat: SEAT });
  const tags = { controller: 'c', pool: 'local', node, seat: SEAT, specHash: 'h', created: 1 };
  return { name: `vb-c-local-${node}`, tags, files: new Map([...keys, ...files]) };
}

const log = (): string => {
  const name = 'vb-c-local-slurmnode001';
  const places = [join(work, 'nodes', name, 'log'), join(work, 'nodes/.ended', name)];
  const said = places.map((place) => {
    try {
      return readFileSync(place, 'utf8');
    } catch {
      return '';
    }
  });
  return [...said, slurm.log()].join('\n');
};

it('joins a Slurm cluster, runs a job, refuses to end under one, and ends when told', async () => {
  const create = ['NodeName=node001', 'CPUs=1', 'RealMemory=200', 'Feature=dyn', 'State=FUTURE'];
  const names = [`NodeAddr=${SEAT.address}`, 'NodeHostname=node001'];
  await slurm.host.run(['scontrol', 'create', ...create, ...names]);
  const id = await provider.create(await order());
  const sinfo = async (): Promise<string> =>
    (await slurm.host.run(['sinfo', '-h', '-n', 'node001', '-o', '%T'])).stdout.trim();
  await until('node001 is idle', async () => (await sinfo()) === 'idle', log);
  const sbatch = ['sbatch', '--parsable', '-p', 'elastic', '-D', '/', '-o', '/dev/null'];
  const short = (await slurm.host.run([...sbatch, '--wrap', 'exit 7'])).stdout.trim();
  const shown = async (): Promise<string> =>
    (await slurm.host.run(['scontrol', 'show', 'job', short])).stdout;
  await until('the first job has run', async () => (await shown()).includes('ExitCode=7:0'), log);
  expect(await shown()).toContain('BatchHost=node001\n');

  await until('node001 is idle again', async () => (await sinfo()) === 'idle', log);
  const job = (await slurm.host.run([...sbatch, '--wrap', 'sleep 600'])).stdout.trim();
  await until('the job runs', async () => (await sinfo()) === 'allocated', log);
  await expect(provider.terminate(id)).rejects.toMatchObject({ code: 'VETOED' });
  await slurm.host.run(['scancel', job]);
  await until('the job has ended', async () => (await sinfo()) === 'idle', log);
  await provider.terminate(id);
  expect((await provider.list()).instances).toEqual([]);
});
