import { describe, expect, it } from 'vitest';
import { hostsOfJob, parseHosts } from '../../../src/cluster/hosts.ts';
import { expandNodes, expandTasks } from '../../../src/cluster/slurm.ts';

describe('parseHosts()', () => {
  it('reads every form, and adds up what is named again', () => {
    const text = '# ours\nalpha slots=2 max_slots=4\nbeta:3\n\ngamma\nalpha\n';
    expect(parseHosts(text)).toEqual([
      { host: 'alpha', slots: 3 },
      { host: 'beta', slots: 3 },
      { host: 'gamma', slots: 1 },
    ]);
  });

  it('refuses what is no host', () => {
    expect(() => parseHosts('-oProxyCommand=x')).toThrow(
      'Cannot read the hosts of the cluster: "-oProxyCommand=x" is not HOST, HOST:SLOTS or HOST slots=SLOTS',
    );
  });
});

describe('hostsOfJob()', () => {
  const read = (path: string): string =>
    path === '/pe'
      ? 'alpha.site 2 all.q@alpha.site UNDEFINED\nbeta.site 1 all.q@beta.site <NULL>\n'
      : 'alpha\nalpha\nbeta\n';

  it.for([
    [{ PE_HOSTFILE: '/pe' }, ['alpha.site 2', 'beta.site 1']],
    [{ SLURM_JOB_NODELIST: 'n[1-2]', SLURM_TASKS_PER_NODE: '4,2' }, ['n1 4', 'n2 2']],
    [{ SLURM_JOB_NODELIST: 'n1' }, ['n1 1']],
    [{ PBS_NODEFILE: '/pbs' }, ['alpha 2', 'beta 1']],
  ] as const)('reads %j', ([env, wanted]) => {
    const found = hostsOfJob(env, read) ?? [];
    expect(found.map(({ host, slots }) => `${host} ${slots}`)).toEqual(wanted);
  });

  it('finds none outside of a job', () => {
    expect(hostsOfJob({}, read)).toBeUndefined();
  });
});

describe("Slurm's short forms", () => {
  it.for([
    ['login', 'login'],
    ['n[08-10,3],x', 'n08 n09 n10 n3 x'],
    ['r[1-2]n[1-2]-ib', 'r1n1-ib r1n2-ib r2n1-ib r2n2-ib'],
  ])('%s', ([text = '', wanted]) => {
    expect(expandNodes(text).join(' ')).toBe(wanted);
  });

  it.for(['n[1-', 'n[a-b]', 'n[3-1]', ',', 'n]'])('%s is none', (text) => {
    expect(() => expandNodes(text)).toThrow('Cannot read the hosts of the cluster');
  });

  it('counts tasks', () => {
    expect(expandTasks('2(x3),1')).toEqual([2, 2, 2, 1]);
    expect(() => expandTasks('2x3')).toThrow('is not a number of tasks');
  });
});
