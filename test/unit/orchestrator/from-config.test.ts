import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseOrchestratorFile } from '../../../src/config/orchestrator/load.ts';
import { listenAddress, nodeFiles } from '../../../src/orchestrator/from-config/node-files.ts';
import { toPool } from '../../../src/orchestrator/from-config/open.ts';
import { specHash } from '../../../src/orchestrator/from-config/spec-hash.ts';

function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'apppot-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  writeFileSync(join(path, 'passwd'), 'ada:x:2001:2001::/home/ada:/bin/sh\n');
  writeFileSync(join(path, 'group'), 'ada:x:2001:\n');
  writeFileSync(join(path, 'node.img'), 'image');
  writeFileSync(join(path, 'munge.key'), 'key');
  return path;
}

const YAML = `
batch: {kind: gridengine, qmaster: master, execd-port: 7000}
machines: {master: 10.8.0.1}
seats: {hosts: "node[001-002]", from: 10.8.0.101, network: 10.8.0.0/24}
vpn: {kind: openvpn, server: head}
accounts: {passwd: passwd, group: group}
pools:
  - {name: local, provider: {kind: uml, image: node.img}, memory: 480M, max-nodes: 2, features: [big]}
policies: [bin-pack]
`;

const NODE = {
  node: { id: 'k2j7q5zmw4xa', name: 'vb-c-local-k2j7q5zmw4xa', pool: 'local' },
  ...{ token: 'a'.repeat(64), lease: 'b'.repeat(64), leaseTime: 1_800 },
};
const SEAT = { host: 'node001', address: '10.8.0.101' };

async function filesOf(text: string, path: string) {
  const config = parseOrchestratorFile(text, join(path, 'burst.yaml'));
  const [pool] = config.pools;
  if (pool === undefined) throw new Error('no pool');
  const files = (await nodeFiles(config))(pool)({ ...NODE, node: { ...NODE.node, seat: SEAT } });
  return Object.fromEntries([...files].map(([name, { contents }]) => [name, contents]));
}

describe('nodeFiles()', () => {
  it('tell a node of Grid Engine who it is, where all are, and where it reports', async () => {
    const files = await filesOf(YAML, directory());
    expect(files.hosts).toBe(
      '127.0.0.1\tlocalhost\n10.8.0.1\tmaster\n10.8.0.101\tnode001\n10.8.0.102\tnode002\n',
    );
    expect(files.passwd).toBe('ada:x:2001:2001::/home/ada:/bin/sh\n');
    expect(files.token).toBe(`${NODE.token}\n`);
    const settings = files.settings?.trim().split('\n');
    expect(settings).toEqual(
      expect.arrayContaining([
        ...['node=k2j7q5zmw4xa', 'host=node001', 'address=10.8.0.101', 'vpn=openvpn'],
        ...['report=10.8.0.1:8270', 'lease-time=1800', 'beat=60', 'daemon=gridengine'],
        ...['qmaster=master', 'cell=default', 'execd-port=7000'],
      ]),
    );
  });

  it('tell a node of Slurm what it has, and give it the key of the cluster', async () => {
    const text = YAML.replace(
      /batch: .*/,
      'batch: {kind: slurm, controller: "master:6817", munge-key: munge.key}',
    );
    const files = await filesOf(text, directory());
    expect(files['munge.key']).toBe(`${Buffer.from('key').toString('base64')}\n`);
    expect(files.settings).toContain('resources=CPUs=1 RealMemory=480 Feature=dyn,big\n');
    const twice = await filesOf(text.replace('[big]', '[big, dyn]'), directory());
    expect(twice.settings).toContain('resources=CPUs=1 RealMemory=480 Feature=dyn,big\n');
  });
});

describe('toPool()', () => {
  const poolsOf = (text: string) => {
    const config = parseOrchestratorFile(text, '/srv/burst.yaml');
    return config.pools.map((pool) => toPool(pool, config));
  };

  it('says whose jobs its nodes take', () => {
    expect(poolsOf(YAML)[0]?.queues).toEqual(['all.q']);
    expect(poolsOf(YAML.replace('features: [big]', 'queues: [long.q]'))[0]?.queues).toEqual([
      'long.q',
    ]);
  });

  it('lets a node live no longer than the job that it is', () => {
    const job = YAML.replace(/\{kind: uml.*?\}/, '{kind: slurm, image: node.img, wall-time: 2h}');
    expect([YAML, job].map((text) => poolsOf(text)[0]?.maxLifetime)).toEqual([604_800, 7_200]);
  });
});

describe('listenAddress()', () => {
  it('is on the side of our VPN server, else on the loopback, unless the file says it', () => {
    const of = (text: string) => listenAddress(parseOrchestratorFile(text, '/srv/burst.yaml'));
    expect(of(YAML)).toBe('10.8.0.1');
    expect(of(YAML.replace(/vpn: .*/, ''))).toBe('127.0.0.1');
    expect(of(`${YAML}listener: {address: 192.0.2.7}\n`)).toBe('192.0.2.7');
  });
});

describe('specHash()', () => {
  it('differs when nodes would be made or told otherwise, and only then', async () => {
    const path = directory();
    const hash = async (text: string) => {
      const config = parseOrchestratorFile(text, join(path, 'burst.yaml'));
      const [pool] = config.pools;
      return pool === undefined ? '' : specHash(pool, config);
    };
    const before = await hash(YAML);
    expect(await hash(YAML.replace('max-nodes: 2', 'max-nodes: 9, price: 3'))).toBe(before);
    expect(await hash(YAML.replace('480M', '512M'))).not.toBe(before);
    expect(await hash(YAML.replace('server: head', 'server: other'))).not.toBe(before);
    utimesSync(join(path, 'node.img'), 1, 1);
    expect(await hash(YAML)).not.toBe(before);
  });
});
