import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Host } from '../../src/host/host.ts';
import { type Head, head } from '../kit/burst.ts';
import { type HeadMachine, headMachine } from '../kit/head-machine.ts';
import { hostAmong } from '../kit/net-namespace.ts';
import { buildNodeImage } from '../kit/node-image.ts';
import { type Slurm, startSlurm } from '../kit/slurm.ts';
import { nodesConfiguration } from '../kit/slurm-node.ts';
import { until } from '../kit/until.ts';

// A real Slurm that saves power by `apppot orchestrate power`: its nodes are real guests, which come by a real OpenVPN.

const MORE = (programs: string): string => `
PrivateData=cloud
ResumeProgram=${programs}/resume
SuspendProgram=${programs}/suspend
ResumeFailProgram=${programs}/fail
ResumeTimeout=120
SuspendTime=1
SuspendTimeout=60
SuspendExcNodes=st[1-2]
NodeName=node[001-002] NodeAddr=10.8.0.[101-102] CPUs=1 RealMemory=180 State=CLOUD
PartitionName=cloud Nodes=node[001-002] MaxTime=INFINITE State=UP
`;

interface Nodes {
  readonly nodes: readonly { readonly name: string }[];
}

let work = '';
let machine: HeadMachine;
let slurm: Slurm;
let root: Host;
let desk: Head;

beforeAll(async () => {
  work = mkdtempSync('/var/tmp/apppot-power-');
  chmodSync(work, 0o755);
  const image = buildNodeImage(work);
  const [place, file] = [join(work, 'master'), join(work, 'orchestrator.yaml')];
  const { bin } = inject('installed');
  mkdirSync(place);
  for (const kind of ['resume', 'suspend', 'fail']) {
    const apppot = `PATH=${bin}:/usr/bin:/bin HOME=/root apppot orchestrate power ${kind}`;
    const log = join(work, 'programs.log');
    const script = `#!/bin/sh\n${apppot} "$1" -c ${file} >>${log} 2>&1\n`;
    writeFileSync(join(work, kind), script, { mode: 0o755 });
  }
  machine = await headMachine(place);
  slurm = await startSlurm({ words: machine.words, address: '10.8.0.1', more: MORE(work) });
  const setting = ['env', `SLURM_CONF=${slurm.configuration}`];
  root = hostAmong('master', [...machine.words, ...setting]);
  writeFileSync(join(work, 'slurm.conf'), nodesConfiguration(slurm));
  writeFileSync(file, renderFile(image, join(dirname(slurm.configuration), 'munge/key')));
  desk = head({ words: [...machine.words, ...setting], host: root, bin, file, directory: work });
});

afterAll(async () => {
  await desk?.crash();
  await slurm?.stop();
  await machine?.end();
  rmSync(work, { recursive: true, force: true });
});

function renderFile(image: string, key: string): string {
  return `
state: ${work}/state
batch: { kind: slurm, power-saving: true, configuration: ${work}/slurm.conf, munge-key: ${key} }
machines: { master: 10.8.0.1 }
seats: { hosts: "node[001-002]", from: 10.8.0.101, network: 10.8.0.0/24 }
vpn: { kind: openvpn, server: 10.0.2.2, listen: 127.0.0.1 }
pools:
  - name: local
    memory: 192M
    max-nodes: 2
    provider: { kind: uml, image: ${image}, host-loopback: true }
limits: { interval: 1s, missing-listings: 2, lease: 120s }
`;
}

const nodes = async (): Promise<Nodes['nodes']> => (await desk.ask<Nodes>('nodes')).nodes;
const said = async (...argv: readonly string[]): Promise<string> =>
  (await root.run(argv)).stdout.trim();
const logs = (): string => {
  const programs = join(work, 'programs.log');
  return [
    existsSync(programs) ? readFileSync(programs, 'utf8') : '',
    existsSync(join(work, 'orchestrator.log')) ? desk.log() : '',
    slurm.log(),
  ].join('\n');
};

const SBATCH = ['sbatch', '--parsable', '-p', 'cloud', '-D', '/', '-o', '/dev/null', '--wrap'];
const shown = (job: string): Promise<string> => said('scontrol', 'show', 'job', job);
const node001 = (): Promise<string> => said('scontrol', '-o', 'show', 'node', 'node001');

it('gives Slurm the nodes that it resumes, and ends those that it suspends', async () => {
  await desk.start();
  const isThere = () => nodes().then(Boolean, () => false);
  await until('the orchestrator has a store', isThere, logs);
  const job = await said(...SBATCH, 'test "$(hostname)" = node001 && exit 7');
  await until('the job has run', async () => (await shown(job)).includes('ExitCode=7:0'), logs);
  expect(await shown(job)).toContain('BatchHost=node001\n');

  await until('the node has ended', async () => (await nodes()).length === 0, logs);
  const { nodes: all } = await desk.ask<Nodes>('nodes', '--all');
  expect(all).toMatchObject([
    { phase: 'gone', seat: { host: 'node001' }, note: 'Slurm asked for it' },
  ]);
  expect(await desk.ask('explain', 'node', all[0]?.name ?? '')).toMatchObject({
    jobs: [job],
    evidence: { kind: 'drained' },
  });
  expect(await node001()).toMatch(/ State=IDLE\+CLOUD\+POWER(?:ING|ED)_DOWN /);
  expect(await desk.ask('nodes', 'audit')).toMatchObject({ leaks: [], troubles: [] });
  const processes = (): Promise<string> => said('ps', '-eo', 'args');
  expect(await processes()).not.toMatch(/linux\.uml|slirp/);
  expect(await desk.interrupt()).toBe(130);
  expect(await processes()).not.toMatch(/openvpn/);
}, 300_000);
