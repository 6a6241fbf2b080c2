import { describe, expect, it } from 'vitest';
import { parseQstat, type QueueListing } from '../../../../src/batch/gridengine/qstat.ts';
import { fixture } from '../../../kit/fixture.ts';

const MIB = 2 ** 20;

function read(text: string): Promise<QueueListing> {
  return parseQstat([Buffer.from(text)], (name) => (name === 'mpi' ? 4 : undefined));
}

const plain = {
  tasks: 1,
  user: 'ada',
  slots: 1,
  hostCount: 1,
  features: [],
  priority: 0.25,
};
const waiting = { ...plain, hosts: [] };

describe('parseQstat()', () => {
  it('reads jobs and queues in all kinds of states', async () => {
    const { jobs, instances } = await read(fixture('gridengine/states.xml'));
    const at = 1_795_715_000;
    const onMaster = { ...plain, state: 'running', queue: 'main.q', hosts: ['master'] };
    const ofMaster = { queue: 'main.q@master' };
    expect(jobs).toEqual([
      { ...onMaster, id: '1', name: 'a<b>&"c"', started: at + 370 },
      { ...onMaster, id: '2', name: 'suspended', started: at + 371 },
      {
        ...onMaster,
        id: '6',
        name: 'large',
        slots: 4,
        features: ['bigmem'],
        hosts: ['node001'],
        priority: 0.25101,
        memory: 512 * MIB,
        started: at + 374,
      },
      {
        ...onMaster,
        id: '4',
        state: 'ending',
        name: 'dying',
        hosts: ['node002'],
        started: at + 372,
      },
      {
        ...waiting,
        id: '12',
        state: 'pending',
        name: 'huge',
        slots: 500,
        hostCount: 125,
        priority: 0.75,
        submitted: at + 382,
      },
      {
        ...waiting,
        ...ofMaster,
        id: '3',
        state: 'pending',
        tasks: 5,
        name: 'a_name_that_is_longer_than_others',
        features: ['licence'],
        memory: 2_048 * MIB,
        wallTime: 5_400,
        submitted: at + 372,
      },
      {
        ...waiting,
        id: '11',
        state: 'pending',
        name: 'elsewhere',
        features: ['site=west'],
        submitted: at + 382,
      },
      {
        ...waiting,
        ...ofMaster,
        id: '7',
        state: 'broken',
        name: 'failing',
        reason: 'Eqw',
        submitted: at + 375,
      },
      {
        ...waiting,
        id: '5',
        state: 'pending',
        name: 'again',
        queue: 'main.q@node002',
        submitted: at + 385,
      },
      {
        ...waiting,
        id: '8',
        state: 'held',
        tasks: 3,
        name: 'held',
        priority: 0,
        reason: 'hqw',
        submitted: at + 380,
      },
      {
        ...waiting,
        id: '9',
        state: 'held',
        name: 'after',
        priority: 0,
        reason: 'hqw',
        submitted: at + 380,
      },
      { ...waiting, id: '10', state: 'pending', name: 'later', priority: 0, submitted: at + 381 },
    ]);
    const host = { queue: 'main.q', memory: 25_276_956_279, features: ['arch=lx-amd64'] };
    const features = ['bigmem', 'licence', 'site=east', 'arch=lx-amd64'];
    expect(instances).toEqual([
      { ...host, host: 'master', slots: 8, used: 2, state: '' },
      { ...host, host: 'node001', slots: 4, used: 4, state: 'd', features },
      { ...host, host: 'node002', slots: 4, used: 1, state: 'u' },
    ]);
  });

  it('adds up a parallel job over its hosts, and shows a host that never came', async () => {
    const { jobs, instances } = await read(fixture('gridengine/parallel.xml'));
    expect(jobs[0]).toMatchObject({
      id: '10',
      slots: 5,
      hostCount: 3,
      hosts: ['master', 'node001', 'node002'],
    });
    expect(instances.at(-1)).toEqual({
      queue: 'main.q',
      host: 'node003',
      slots: 2,
      used: 0,
      state: 'u',
      features: [],
    });
  });

  it('tells running tasks of an array from those that wait', async () => {
    const { jobs } = await read(fixture('gridengine/arrays.xml'));
    const ofArray = jobs.filter(({ id }) => id.split('.')[0] === '6');
    expect(ofArray.map(({ id, state, tasks }) => [id, state, tasks])).toEqual([
      ['6.1', 'running', 1],
      ['6.10', 'running', 1],
      ['6.4', 'running', 1],
      ['6.13', 'running', 1],
      ['6.7', 'running', 1],
      ['6', 'pending', 29],
    ]);
  });

  it('names waiting tasks that differ in their states', async () => {
    const one = (state: string, tasks: string) =>
      '<job_list state="pending"><JB_job_number>7</JB_job_number><JAT_prio>0.5</JAT_prio>' +
      `<JB_name>n</JB_name><JB_owner>u</JB_owner><state>${state}</state>` +
      `<slots>1</slots><tasks>${tasks}</tasks></job_list>`;
    const inner = `${one('qw', '5-10:1')}${one('Eqw', '2,4')}`;
    const { jobs } = await read(`<job_info><job_info>${inner}</job_info></job_info>`);
    expect(jobs.map(({ id, state, tasks }) => [id, state, tasks])).toEqual([
      ['7', 'pending', 6],
      ['7.2,4', 'broken', 2],
    ]);
  });

  it.each([
    ['<JB_owner>ada</JB_owner>', '', 'a job without <JB_owner>'],
    ['<state>qw</state>', '<state>x?</state>', 'job state "x?"'],
    ['<slots_total>8', '<slots_total>many', 'a queue instance without <slots_total>'],
    ['main.q@master<', 'main.q<', 'queue instance "main.q"'],
    ['2026-11-26T17:49:30', '26.11.2026', 'time "26.11.2026"'],
    ['<tasks>1-9:2<', '<tasks>9-1:2<', 'tasks "9-1:2"'],
  ])('refuses a listing with %j as %j', async (from, to, reason) => {
    const text = fixture('gridengine/states.xml').replace(from, to);
    await expect(read(text)).rejects.toThrow(`Cannot read what qstat prints: ${reason}`);
  });
});
