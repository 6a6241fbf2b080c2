import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchSystem } from '../../../src/batch/batch.ts';
import { slurmPower } from '../../../src/batch/slurm/power.ts';
import { freePort } from '../../../src/host/ports.ts';
import { type Slurm, startSlurm } from '../../kit/slurm.ts';
import { until } from '../../kit/until.ts';

// A real Slurm whose power saving starts nothing: what comes is started here.

let cluster: Slurm;
let batch: BatchSystem;
beforeAll(async () => {
  const port = await freePort();
  cluster = await startSlurm({
    more: `
ResumeProgram=/bin/true
SuspendProgram=/bin/true
ResumeTimeout=300
SuspendTime=3600
SuspendTimeout=1
NodeName=c1 NodeAddr=127.0.0.1 NodeHostname=${hostname()} Port=${port} CPUs=1 RealMemory=100 State=CLOUD
PartitionName=cloud Nodes=c1 MaxTime=INFINITE State=UP
`,
  });
  batch = slurmPower({ host: cluster.host, now: () => Date.now() / 1_000 });
});
afterAll(() => cluster?.stop());

const c1 = async () => (await batch.snapshot()).hosts.get('c1');
const state = async (): Promise<string> => {
  const { stdout } = await cluster.host.run(['sinfo', '-h', '-n', 'c1', '-o', '%T']);
  return stdout.trim();
};

/** Slurm wants it, and it comes, booted just now. */
async function come(): Promise<void> {
  await cluster.host.run(['scontrol', 'update', 'nodename=c1', 'state=power_up']);
  await cluster.host.run(['slurmd', '-b', '-N', 'c1', '-f', cluster.configuration]);
  await until('c1 is up', async () => (await c1())?.state === 'up', cluster.log);
}

describe('slurmPower()', () => {
  it('shows no host that is powered down, and finds what is to be put right', async () => {
    expect([...(await batch.snapshot()).hosts.keys()].toSorted()).toEqual(['st1', 'st2']);
    expect(await batch.check()).toEqual(['SuspendTimeout is 1 s: ending a node may take 60 s']);
  });

  it('puts the jobs of a lost host back, and lets it be resumed again', async () => {
    await come();
    const id = await longJob('--no-requeue');
    expect(await batch.forceRemove('c1')).toEqual([id]);
    await cluster.host.run(['scontrol', 'hold', id]);
    await until('Slurm may resume it', async () => (await state()) === 'idle~', cluster.log);
    const { jobs, hosts } = await batch.snapshot();
    expect(jobs.map((job) => [job.id, job.state])).toEqual([[id, 'held']]);
    expect(hosts.has('c1')).toBe(false);
    await cluster.host.run(['scancel', id]);
  });

  it('lets Slurm power down what shall take no more jobs, after those it runs', async () => {
    await come();
    const id = await longJob();
    await batch.cordon('c1', 'vmburst: older than "7 d"');
    await batch.cordon('c1', 'vmburst: again');
    expect(await c1()).toMatchObject({
      used: 1,
      cordon: { ours: true, reason: expect.stringMatching(/^vmburst: older than/) },
    });
    await cluster.host.run(['scancel', id]);
    await until('it is powered down', async () => (await c1()) === undefined, cluster.log);
    await batch.cordon('c1', 'vmburst: once more');
    await expect(batch.uncordon('c1')).rejects.toMatchObject({ code: 'BATCH_REFUSED' });
  });

  it('lets a host be resumed again that did not come', async () => {
    await cluster.host.run(['scontrol', 'update', 'nodename=c1', 'state=down', 'reason=late']);
    expect(await state()).toMatch(/^down/);
    expect(await batch.forceRemove('c1')).toEqual([]);
    expect(await state()).toMatch(/^idle/);
    expect(await batch.forceRemove('c1')).toEqual([]);
    expect(await state()).toMatch(/^idle/);
  });
});

/** Runs on c1. */
async function longJob(...more: readonly string[]): Promise<string> {
  const words = ['--parsable', '-p', 'cloud', '-D', '/', '-o', '/dev/null', '--wrap', 'sleep 600'];
  const id = (await cluster.host.run(['sbatch', ...more, ...words])).stdout.trim();
  await until('the job runs', async () => (await c1())?.used === 1, cluster.log);
  return id;
}
