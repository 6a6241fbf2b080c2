import { userInfo } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gridEngine } from '../../../src/batch/gridengine/gridengine.ts';
import { slurm } from '../../../src/batch/slurm/slurm.ts';
import { localHost } from '../../../src/host/local.ts';
import { sshMachine } from '../../../src/host/ssh/machine.ts';
import { startGridEngine } from '../../kit/gridengine.ts';
import { newHost, qsub } from '../../kit/gridengine-lab.ts';
import { type Slurm, startSlurm } from '../../kit/slurm.ts';
import { type Sshd, startSshd } from '../../kit/sshd.ts';
import { until } from '../../kit/until.ts';

let cluster: Slurm;
let head: Sshd;
beforeAll(async () => {
  cluster = await startSlurm();
  head = await startSshd({ SLURM_CONF: cluster.configuration });
});
afterAll(async () => {
  await head?.stop();
  await cluster?.stop();
});

describe('slurm() over ssh', { timeout: 300_000 }, () => {
  it('looks, adds, cordons and removes on the head node', async () => {
    const machine = sshMachine({
      destination: head.destination,
      deadline: 60,
      local: localHost,
      caller: { user: 'nobody', home: head.home, accountHome: userInfo().homedir },
    });
    const now = () => Date.now() / 1_000;
    const batch = slurm({ host: machine, features: ['dyn'], now });
    const cordonOf = async (name: string) => (await batch.snapshot()).hosts.get(name)?.cordon;
    try {
      expect(batch.name).toBe(`slurm via ${machine.name}`);
      expect(await batch.check()).toEqual([]);
      const words = ['--parsable', '-H', '-J', 'held "job"', '--chdir=/', '--wrap', 'true'];
      const id = (await cluster.host.run(['sbatch', ...words])).stdout;
      const address = '127.0.9.7';
      await batch.add({ name: 'dyn7', address, slots: 2, memory: 2 ** 30, features: [] });
      await cluster.node(7);
      const isUp = async () => (await batch.snapshot()).hosts.get('dyn7')?.state === 'up';
      await until('dyn7 is up', isUp, cluster.log);
      await batch.cordon('dyn7', 'vmburst:a reason of "words"');
      expect(await cordonOf('dyn7')).toMatchObject({ ours: true });
      const { jobs, hosts } = await batch.snapshot();
      expect([...hosts.keys()].toSorted()).toEqual(['dyn7', 'st1', 'st2']);
      expect(jobs.map(({ id: job, state, name }) => [job, state, name])).toEqual([
        [id, 'held', 'held "job"'],
      ]);
      await batch.remove('dyn7');
      expect((await batch.snapshot()).hosts.has('dyn7')).toBe(false);
    } finally {
      await machine.close();
    }
  });

  it('says that nothing is known when the head node is gone', async () => {
    const other = await startSshd({ SLURM_CONF: cluster.configuration });
    await other.stop();
    const machine = sshMachine({
      destination: other.destination,
      deadline: 20,
      local: localHost,
      caller: { user: 'nobody', home: head.home, accountHome: userInfo().homedir },
    });
    const batch = slurm({ host: machine, features: ['dyn'], now: () => 0 });
    await expect(batch.snapshot()).rejects.toMatchObject({ code: 'BATCH_UNREACHABLE' });
    await expect(batch.remove('dyn1')).rejects.toMatchObject({ code: 'BATCH_UNREACHABLE' });
    await machine.close();
  });
});

it('gridEngine() over ssh looks, adds, cordons, removes, and puts back jobs on the head node', async () => {
  const engine = await startGridEngine({ slots: 0 });
  const enter = ['nsenter', '-t', String(engine.pid), '-n', '-u', '-m', '-p', '--wdns=/'];
  const inside = { words: [...enter, '--'], user: 'root', account: '/root' };
  const door = await startSshd({}, inside);
  const machine = sshMachine({
    destination: door.destination,
    deadline: 60,
    local: localHost,
    caller: { user: 'nobody', home: door.home, accountHome: userInfo().homedir },
  });
  const now = () => Date.now() / 1_000;
  const batch = gridEngine({ host: machine, queue: 'main.q', now });
  const host = async (name: string) => (await batch.snapshot()).hosts.get(name);
  try {
    expect(batch.name).toBe(`gridengine via ${machine.name}`);
    expect(await batch.check()).toEqual([]);
    await engine.node(1, { daemon: false });
    await batch.add(newHost('node001', 1));
    await engine.startDaemon('node001');
    await until('node001 is up', async () => (await host('node001'))?.state === 'up', engine.log);
    const id = await qsub(engine, ['-o', '/dev/null', '-j', 'y', '-b', 'y', 'sleep', '600']);
    const job = async () => (await batch.snapshot()).jobs.find((one) => one.id === id);
    await until('it runs', async () => (await job())?.hosts[0] === 'node001', engine.log);
    await batch.cordon('node001', 'vmburst: a reason of "words"');
    expect(await host('node001')).toMatchObject({ used: 1, cordon: { ours: true } });
    await expect(batch.remove('node001')).rejects.toMatchObject({ code: 'HOST_BUSY' });
    await engine.lose(1);
    expect(await batch.forceRemove('node001')).toEqual([id]);
    expect(await host('node001')).toBeUndefined();
    expect(await job()).toMatchObject({ state: 'pending' });
  } finally {
    await machine.close();
    await door.stop();
    await engine.stop();
  }
}, 300_000);
