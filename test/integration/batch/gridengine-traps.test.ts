import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BatchSystem } from '../../../src/batch/batch.ts';
import type { Job, JobId } from '../../../src/model/job.ts';
import { type GridEngine, startGridEngine } from '../../kit/gridengine.ts';
import { batchOf, newHost, qsub } from '../../kit/gridengine-lab.ts';
import { until } from '../../kit/until.ts';

let cluster: GridEngine;
let batch: BatchSystem;
beforeAll(async () => {
  cluster = await startGridEngine({ slots: 2 });
  await cluster.enter.run(['qconf', '-mattr', 'pe', 'allocation_rule', '1', 'mpi']);
  batch = batchOf(cluster);
});
afterAll(() => cluster?.stop());

const SLEEP = ['-b', 'y', 'sleep', '900'];

async function jobOf(id: JobId): Promise<Job | undefined> {
  return (await batch.snapshot()).jobs.find((job) => job.id === id);
}

async function runs(id: JobId): Promise<void> {
  await until(`job ${id} runs`, async () => (await jobOf(id))?.state === 'running', cluster.log);
}

async function join(number: number, features: readonly string[] = []): Promise<string> {
  const name = await cluster.node(number, { daemon: false });
  await batch.add({ ...newHost(name, number), features });
  await cluster.startDaemon(name);
  const isUp = async () => (await batch.snapshot()).hosts.get(name)?.state === 'up';
  await until(`${name} is up`, isUp, cluster.log);
  return name;
}

/** What a shell script in the cluster says. */
async function shell(script: string): Promise<string> {
  return (await cluster.enter.run(['sh', '-c', script])).stdout;
}

describe('gridEngine()', { timeout: 400_000 }, () => {
  it('does not take a job that is to begin later for one that waits', async () => {
    const later = await qsub(cluster, ['-a', '203001010000', ...SLEEP]);
    const hopeless = await qsub(cluster, ['-l', 'hostname=node099', ...SLEEP]);
    expect(await jobOf(later)).toMatchObject({ state: 'held', reason: 'begin time' });
    expect(await jobOf(hopeless)).toMatchObject({
      state: 'pending',
      features: ['hostname=node099'],
    });
  });

  it('puts back a parallel job that has lost a host which is not its first', async () => {
    const name = await join(1);
    const id = await qsub(cluster, ['-pe', 'mpi', '2', '-masterq', 'main.q@master', ...SLEEP]);
    await runs(id);
    expect(await jobOf(id)).toMatchObject({ slots: 2, hostCount: 2, hosts: ['master', name] });
    await expect(batch.remove(name)).rejects.toMatchObject({ code: 'HOST_BUSY' });
    await cluster.lose(1);
    expect(await batch.forceRemove(name)).toEqual([id]);
    expect(await jobOf(id)).toMatchObject({ state: 'pending', hosts: [], hostCount: 2 });
    expect((await batch.snapshot()).hosts.has(name)).toBe(false);
  });

  it('gives a host its features, and finds what else refers to it', async () => {
    await shell(`(qconf -sc; echo 'bigmem bm BOOL == FORCED NO 0 0') >/tmp/complexes.$$
      qconf -Mc /tmp/complexes.$$; rm /tmp/complexes.$$`);
    const name = await join(2, ['bigmem']);
    expect((await batch.snapshot()).hosts.get(name)?.features).toContain('bigmem');
    await shell(`printf 'group_name @more\\nhostlist ${name}\\n' >/tmp/group.$$
      qconf -Ahgrp /tmp/group.$$; rm /tmp/group.$$`);
    await batch.cordon(name, 'vmburst:test');
    await batch.remove(name);
    expect((await batch.snapshot()).hosts.has(name)).toBe(false);
    expect(await shell('qconf -sh; qconf -sel; qconf -ss; qconf -shgrp @more')).not.toContain(name);
    expect(await shell('qconf -sq main.q; qconf -shgrp @vmburst.main.q')).not.toContain(name);
  });

  it('says that nothing is known while there is no queue master, and notices the next', async () => {
    const before = await batch.snapshot();
    await shell('kill -9 $(pgrep -x sge_qmaster)');
    await expect(batch.snapshot()).rejects.toMatchObject({ code: 'BATCH_UNREACHABLE' });
    await expect(batch.remove('node050')).rejects.toMatchObject({ code: 'BATCH_UNREACHABLE' });
    await shell('sge_qmaster');
    const isThere = async () => (await batch.snapshot().catch(() => undefined)) !== undefined;
    await until('the queue master answers', isThere, cluster.log);
    const after = await batch.snapshot();
    expect(after.jobs.map(({ id }) => id).toSorted()).toEqual(
      before.jobs.map(({ id }) => id).toSorted(),
    );
    expect(before.incarnation).toMatch(/^\d+$/);
    expect(after.incarnation).toMatch(/^\d+$/);
    expect(after.incarnation).not.toBe(before.incarnation);
  });
});
