import { beforeAll, expect, it } from 'vitest';
import type { BatchSystem, NewHost } from '../../src/batch/batch.ts';
import type { BatchHost } from '../../src/model/host.ts';
import type { HostName, Job, JobId } from '../../src/model/job.ts';

/** A batch system with machines that it does not know yet. */
export interface BatchLab {
  readonly batch: BatchSystem;
  /** A machine with 2 slots that is not known yet. Another each time. */
  machine(): Promise<NewHost>;
  /** Starts its daemon, which joins. */
  boot(host: HostName): Promise<void>;
  /** A job of one slot that may run on that host alone, and runs until it is released. Says what the batch system calls it. */
  submit(host: HostName): Promise<JobId>;
  release(job: JobId): Promise<void>;
  /** Lets no new job start on a host, as an administrator would. */
  cordonAsAnother(host: HostName): Promise<void>;
  /** Kills a machine without a word to anybody. */
  lose(host: HostName): Promise<void>;
  /** Waits for something to be so. */
  until(what: string, isSo: () => Promise<boolean>): Promise<void>;
}

/**
 * What every {@link BatchSystem} with hosts that come and go promises. The tests of one run build on each other.
 *
 * @param labOf Called in each test.
 */
export function batchContract(labOf: () => BatchLab): void {
  let lab: BatchLab;
  let node: NewHost;
  let job: JobId;
  beforeAll(async () => {
    lab = labOf();
    node = await lab.machine();
  });

  it('an unknown host is removed without harm, and cannot be cordoned', async () => {
    const { batch } = lab;
    await batch.remove(node.name);
    expect(await batch.forceRemove(node.name)).toEqual([]);
    await expect(batch.cordon(node.name, 'vmburst:test')).rejects.toMatchObject({
      code: 'BATCH_REFUSED',
    });
    expect(await hostOf(lab, node.name)).toBeUndefined();
  });

  it('a host that is added twice joins once, with its slots', async () => {
    await lab.batch.add(node);
    await lab.batch.add(node);
    await lab.boot(node.name);
    await isUp(lab, node.name);
    await lab.batch.add(node);
    expect(await hostOf(lab, node.name)).toMatchObject({ slots: node.slots, used: 0 });
    expect((await hostOf(lab, node.name))?.cordon).toBeUndefined();
  });

  it('a job that waits is listed, then runs', async () => {
    job = await lab.submit(node.name);
    expect(['pending', 'running']).toContain((await jobOf(lab, job))?.state);
    await isRunning(lab, job);
    const found = await jobOf(lab, job);
    expect(found).toMatchObject({ state: 'running', slots: 1, tasks: 1, hosts: [node.name] });
    expect(found?.started).toBeGreaterThan(1_600_000_000);
    expect(await hostOf(lab, node.name)).toMatchObject({ slots: node.slots, used: 1 });
  });

  it('a host with jobs is not removed', async () => {
    await expect(lab.batch.remove(node.name)).rejects.toMatchObject({ code: 'HOST_BUSY' });
    expect((await jobOf(lab, job))?.state).toBe('running');
    expect((await hostOf(lab, node.name))?.cordon).toBeUndefined();
  });

  it('a cordoned host takes no job, and what runs goes on', async () => {
    await lab.batch.cordon(node.name, 'vmburst:test');
    await lab.batch.cordon(node.name, 'vmburst:test');
    expect((await hostOf(lab, node.name))?.cordon).toMatchObject({ ours: true });
    const second = await lab.submit(node.name);
    await lab.release(job);
    await lab.until('the first job is over', async () => (await jobOf(lab, job)) === undefined);
    expect(['pending', 'held']).toContain((await jobOf(lab, second))?.state);
    job = second;
  });

  it('a cordon of ours is taken back', async () => {
    await lab.batch.uncordon(node.name);
    await lab.batch.uncordon(node.name);
    expect((await hostOf(lab, node.name))?.cordon).toBeUndefined();
    await isRunning(lab, job);
  });

  it('a drained host is removed; again does no harm', async () => {
    await lab.batch.cordon(node.name, 'vmburst:test');
    await lab.release(job);
    await lab.until('the host is free', async () => (await hostOf(lab, node.name))?.used === 0);
    await lab.until('the job is over', async () => (await jobOf(lab, job)) === undefined);
    await lab.batch.remove(node.name);
    await lab.batch.remove(node.name);
    expect(await hostOf(lab, node.name)).toBeUndefined();
  });

  it("another's cordon stays theirs", async () => {
    const other = await lab.machine();
    await lab.batch.add(other);
    await lab.boot(other.name);
    await isUp(lab, other.name);
    await lab.cordonAsAnother(other.name);
    expect((await hostOf(lab, other.name))?.cordon).toMatchObject({ ours: false });
    await lab.batch.cordon(other.name, 'vmburst:test');
    expect((await hostOf(lab, other.name))?.cordon).toMatchObject({ ours: false });
    await expect(lab.batch.uncordon(other.name)).rejects.toMatchObject({ code: 'BATCH_REFUSED' });
    expect((await hostOf(lab, other.name))?.cordon).toMatchObject({ ours: false });
    await lab.batch.remove(other.name);
    expect(await hostOf(lab, other.name)).toBeUndefined();
  });

  it('jobs of a lost host are put back, and it is forgotten', async () => {
    const lost = await lab.machine();
    await lab.batch.add(lost);
    await lab.boot(lost.name);
    await isUp(lab, lost.name);
    const torn = await lab.submit(lost.name);
    await isRunning(lab, torn);
    await lab.lose(lost.name);
    expect(await lab.batch.forceRemove(lost.name)).toEqual([torn]);
    expect(await lab.batch.forceRemove(lost.name)).toEqual([]);
    expect(await hostOf(lab, lost.name)).toBeUndefined();
    expect(await jobOf(lab, torn)).toMatchObject({ hosts: [], tasks: 1 });
    expect(['pending', 'held']).toContain((await jobOf(lab, torn))?.state);
  });

  it.each(['', '-x', 'a b', '*', 'node001;id', '../x', "a'b", 'a@b', 'a\nb'])(
    'the host name %j is refused before anything is asked',
    async (name) => {
      const { batch } = lab;
      const refused = { code: 'BATCH_REFUSED' };
      await expect(batch.add({ ...node, name })).rejects.toMatchObject(refused);
      await expect(batch.cordon(name, 'vmburst:test')).rejects.toMatchObject(refused);
      await expect(batch.uncordon(name)).rejects.toMatchObject(refused);
      await expect(batch.remove(name)).rejects.toMatchObject(refused);
      await expect(batch.forceRemove(name)).rejects.toMatchObject(refused);
    },
  );

  it('an aborted question has no answer', async () => {
    await expect(lab.batch.snapshot(AbortSignal.abort())).rejects.toThrow();
  });

  it('finds nothing to put right', async () => {
    expect(await lab.batch.check()).toEqual([]);
  });
}

async function hostOf({ batch }: BatchLab, name: HostName): Promise<BatchHost | undefined> {
  return (await batch.snapshot()).hosts.get(name);
}

async function jobOf({ batch }: BatchLab, id: JobId): Promise<Job | undefined> {
  return (await batch.snapshot()).jobs.find((job) => job.id === id);
}

async function isUp(lab: BatchLab, name: HostName): Promise<void> {
  await lab.until(`${name} is up`, async () => (await hostOf(lab, name))?.state === 'up');
}

async function isRunning(lab: BatchLab, id: JobId): Promise<void> {
  await lab.until(`job ${id} runs`, async () => (await jobOf(lab, id))?.state === 'running');
}
