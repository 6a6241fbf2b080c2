import { describe, expect, it } from 'vitest';
import { expandHosts } from '../../../../src/batch/slurm/host-list.ts';
import { parseSinfo } from '../../../../src/batch/slurm/sinfo.ts';
import { parseSqueue } from '../../../../src/batch/slurm/squeue.ts';
import { fixture } from '../../../kit/fixture.ts';

const MIB = 2 ** 20;
const PRIORITY = 4_294_901_700;
const plain = { tasks: 1, user: 'root', queue: 'static', slots: 1, hostCount: 1, features: [] };
const running = { ...plain, state: 'running', submitted: 1_795_716_624, started: 1_795_716_624 };
const waiting = { ...plain, hosts: [], submitted: 1_795_716_625 };

describe('parseSqueue()', () => {
  it('reads jobs in all kinds of states; those that are over are none', async () => {
    expect(await parseSqueue([Buffer.from(fixture('slurm/squeue.json'))])).toEqual([
      {
        ...running,
        id: '2',
        name: 'run {1] "two" | three',
        slots: 2,
        hosts: ['st1'],
        memory: 100 * MIB,
        wallTime: 600,
        priority: PRIORITY + 58,
      },
      {
        ...running,
        id: '3',
        name: 'both',
        slots: 2,
        hostCount: 2,
        hosts: ['st1', 'st2'],
        memory: 200 * MIB,
        priority: PRIORITY + 57,
      },
      {
        ...running,
        id: '4_1',
        name: 'tasks',
        features: ['hostname=st1'],
        hosts: ['st1'],
        priority: PRIORITY + 56,
      },
      {
        ...running,
        id: '5',
        name: 'dynamic',
        queue: 'elastic',
        features: ['dyn', 'big'],
        hosts: ['dyn1'],
        priority: PRIORITY + 55,
      },
      // Four tasks are left, of which two may run at once.
      {
        ...waiting,
        id: '4',
        state: 'pending',
        tasks: 2,
        name: 'tasks',
        features: ['hostname=st1'],
        submitted: 1_795_716_624,
        priority: PRIORITY + 56,
        reason: 'Resources',
      },
      { ...waiting, id: '7', state: 'held', name: 'held', priority: 0, reason: 'JobHeldUser' },
      {
        ...waiting,
        id: '8',
        state: 'held',
        name: 'later',
        priority: PRIORITY + 54,
        reason: 'BeginTime',
      },
      {
        ...waiting,
        id: '9',
        state: 'held',
        name: 'after',
        priority: PRIORITY + 53,
        reason: 'Dependency',
      },
      {
        ...waiting,
        id: '10',
        state: 'pending',
        name: 'large',
        slots: 8,
        hostCount: 2,
        priority: PRIORITY + 52,
        reason: 'Resources',
      },
      {
        ...waiting,
        id: '11',
        state: 'pending',
        name: 'wanted',
        queue: 'elastic',
        slots: 3,
        hostCount: 3,
        priority: PRIORITY + 51,
        reason: 'PartitionConfig',
      },
    ]);
  });

  it('reads numbers and states as later versions give them', async () => {
    const number = (value: number) => ({ set: true, infinite: false, number: value });
    const row = {
      job_id: 9,
      array_job_id: number(0),
      array_task_id: { set: false, infinite: false, number: 0 },
      job_state: ['RUNNING', 'COMPLETING'],
      state_reason: 'None',
      name: 'n',
      user_name: 'u',
      partition: 'p',
      nodes: 'a[1-2]',
      cpus: number(4),
      node_count: number(2),
      time_limit: { set: true, infinite: true, number: 0 },
      submit_time: number(5),
      start_time: number(6),
    };
    expect(await parseSqueue([Buffer.from(JSON.stringify({ jobs: [row] }))])).toEqual([
      {
        id: '9',
        state: 'ending',
        tasks: 1,
        name: 'n',
        user: 'u',
        queue: 'p',
        slots: 4,
        hostCount: 2,
        features: [],
        hosts: ['a1', 'a2'],
        submitted: 5,
        started: 6,
      },
    ]);
  });

  it('refuses a state that it does not know', async () => {
    const jobs = [{ job_id: 1, job_state: 'DREAMING' }];
    await expect(parseSqueue([Buffer.from(JSON.stringify({ jobs }))])).rejects.toThrow(
      'Cannot read what squeue prints: job state "DREAMING"',
    );
  });
});

describe('parseSinfo()', () => {
  it('reads nodes, and tells our cordon from others', async () => {
    const hosts = await parseSinfo([Buffer.from(fixture('slurm/sinfo.json'))]);
    const local = {
      ...{ state: 'up', slots: 4, features: [], memory: 4_000 * MIB, queues: ['static'] },
    };
    expect([...hosts.values()]).toEqual([
      { ...local, name: 'st1', used: 4 },
      { ...local, name: 'st2', used: 1, cordon: { ours: false, reason: 'kernel update' } },
      {
        name: 'dyn1',
        state: 'up',
        slots: 2,
        used: 1,
        features: ['dyn', 'big'],
        queues: ['elastic'],
        memory: 1_000 * MIB,
        cordon: { ours: true, reason: 'vmburst:idle' },
      },
    ]);
  });

  it.each([
    ['idle', ['CLOUD', 'POWERED_DOWN'], 'down'],
    ['allocated', ['CLOUD', 'NOT_RESPONDING', 'POWERING_UP'], 'down'],
    ['down', [], 'down'],
    ['idle', ['DYNAMIC_NORM'], 'up'],
  ])('a node that is %s %j counts as %s', async (state, flags, counts) => {
    const nodes = [{ name: 'n', state, state_flags: flags, cpus: 1 }];
    const hosts = await parseSinfo([Buffer.from(JSON.stringify({ nodes }))]);
    expect(hosts.get('n')?.state).toBe(counts);
  });
});

describe('expandHosts()', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    ['n[1-3]', ['n1', 'n2', 'n3']],
    ['n[08-10,15],m', ['n08', 'n09', 'n10', 'n15', 'm']],
    ['r[1-2]n[1-2]', ['r1n1', 'r1n2', 'r2n1', 'r2n2']],
  ])('%j', (list, hosts) => {
    expect(expandHosts(list)).toEqual(hosts);
  });
});
