import { describe, expect, it } from 'vitest';
import { CHECKS, TRIALS } from '../../../src/doctor/checks.ts';
import { findingAt, placeWith } from '../../kit/doctor-place.ts';

const ASK_YAMA = 'Ask the administrator for: sysctl kernel.yama.ptrace_scope=1';

describe('checks', () => {
  it('have ids of their own', () => {
    const ids = [...CHECKS, ...TRIALS].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });
});

describe('yama', () => {
  it.for([
    [{}, 0, ['ok', 'not in this kernel']],
    [{ scope: '0' }, 9, ['ok', 'ptrace_scope is 0: all processes of a user may trace each other']],
    [{ scope: '1' }, 9, ['ok', 'ptrace_scope is 1: a process may trace its children']],
    [{ scope: '2' }, 0, ['ok', 'ptrace_scope is 2: only administrators may trace']],
    [{ scope: '2' }, 9, ['fail', 'ptrace_scope is 2: only administrators may trace', ASK_YAMA]],
    [{ scope: '3' }, 0, ['fail', 'ptrace_scope is 3: nobody may trace', ASK_YAMA]],
  ] as const)('%s for user %s', async ([files, uid, finding]) => {
    const scope: string | undefined = Object.values(files)[0];
    const place = scope === undefined ? {} : { '/proc/sys/kernel/yama/ptrace_scope': `${scope}\n` };
    expect(await findingAt('yama', placeWith(place, { uid }))).toEqual(finding);
  });
});

describe('seccomp', () => {
  it('knows the strict mode', async () => {
    const place = placeWith({ '/proc/self/status': 'Name:\tnode\nSeccomp:\t1\n' });
    expect(await findingAt('seccomp', place)).toEqual([
      'fail',
      'strict mode: almost no system call is allowed',
      'Run it outside of this sandbox.',
    ]);
  });
});

describe('memory', () => {
  const meminfo =
    'MemAvailable:    1048576 kB\nCommitLimit:     1048576 kB\nCommitted_AS:     786432 kB\n';

  it('compares what is available', async () => {
    const place = placeWith({ '/proc/meminfo': meminfo }, { memory: 2 ** 31 });
    expect(await findingAt('memory-available', place)).toEqual([
      'warn',
      '1.0 GiB for a guest of 2.0 GiB',
      'Give the guest less with --mem.',
    ]);
  });

  it.for([
    ['0', ['ok', 'memory is not promised in advance']],
    [
      '2',
      [
        'warn',
        'strict: 256 MiB may still be promised',
        'Give the guest less with --mem, or ask for vm.overcommit_memory=0.',
      ],
    ],
  ] as const)('knows vm.overcommit_memory=%s', async ([mode, finding]) => {
    const files = { '/proc/meminfo': meminfo, '/proc/sys/vm/overcommit_memory': `${mode}\n` };
    expect(await findingAt('memory-overcommit', placeWith(files))).toEqual(finding);
  });

  it('finds that few maps are allowed', async () => {
    const place = placeWith({ '/proc/sys/vm/max_map_count': '4096\n' });
    expect(await findingAt('memory-maps', place)).toEqual([
      'warn',
      '4096: programs that use much memory may be killed in a guest',
      'Ask the administrator for: sysctl vm.max_map_count=262120',
    ]);
  });
});

describe('cgroups', () => {
  it('of version 2 count with all that are above', async () => {
    const place = placeWith({
      '/proc/self/cgroup': '0::/slurm/job_7/step_0\n',
      '/sys/fs/cgroup/slurm/job_7/step_0/memory.max': 'max\n',
      '/sys/fs/cgroup/slurm/job_7/memory.max': '268435456\n',
      '/sys/fs/cgroup/slurm/job_7/pids.max': '100\n',
    });
    expect(await findingAt('memory-cgroup', place)).toEqual([
      'warn',
      'at most 256 MiB, for a guest of 512 MiB',
      'Ask the batch system for more memory, or give the guest less with --mem.',
    ]);
    expect(await findingAt('limit-tasks', place)).toEqual([
      'warn',
      '100',
      'Have it raised: each process of a guest is one of the host, too.',
    ]);
  });

  it('of version 1 have no limit when it is beyond any machine', async () => {
    const limit = '/sys/fs/cgroup/memory/job/memory.limit_in_bytes';
    const own = { '/proc/self/cgroup': '9:cpu,cpuacct:/job\n4:memory:/job\n' };
    const boundless = placeWith({ ...own, [limit]: '9223372036854771712\n' });
    const bounded = placeWith({ ...own, [limit]: '1073741824\n' });
    expect(await findingAt('memory-cgroup', boundless)).toEqual(['ok', 'no limit']);
    expect(await findingAt('memory-cgroup', bounded)).toEqual([
      'ok',
      'at most 1.0 GiB, for a guest of 512 MiB',
    ]);
  });
});

describe('files', () => {
  it('that never answer are findings, too', async () => {
    const place = {
      ...placeWith({}),
      env: { HOME: '/home/u' },
      attempt: async () => ({ overdue: true, stdout: '', stderr: '' }),
    };
    const find = async (id: string): Promise<readonly unknown[]> =>
      ((await findingAt(id, place)) as unknown[]).slice(0, 2);
    expect(await find('temporary')).toEqual(['fail', '/tmp cannot be used: no answer in time']);
    expect(await find('memory-file')).toEqual(['fail', '/tmp cannot be used: no answer in time']);
    expect(await find('jobdir')).toEqual(['fail', '/tmp may not be read']);
    expect(await find('home')).toEqual(['warn', '/home/u is not writable']);
    expect(await find('cache')).toEqual(['warn', '/tmp is not writable: no answer in time']);
  });
});

describe('limits', () => {
  const limits = (row: string): Readonly<Record<string, string>> => ({
    '/proc/self/limits': `Limit                     Soft Limit           Hard Limit           Units\n${row}\n`,
  });

  it('of processes do not hold for root', async () => {
    const files = limits(
      'Max processes             10                   10                   processes',
    );
    expect(await findingAt('limit-processes', placeWith(files, { uid: 0 }))).toEqual(['ok', '10']);
    expect(await findingAt('limit-processes', placeWith(files))).toEqual([
      'fail',
      '10',
      'Raise it (ulimit -u), or have the batch system raise it for the job.',
    ]);
  });

  it('of files leave room for the gap around the memory of guests', async () => {
    const files = limits(
      'Max file size             805306368            unlimited            bytes',
    );
    expect(await findingAt('limit-file-size', placeWith(files))).toEqual([
      'warn',
      '768 MiB',
      'Raise it (ulimit -f), or have the batch system raise it for the job.',
    ]);
  });
});

describe('network', () => {
  const head = 'Iface\tDestination\tGateway\n';
  it.for([
    ['', 'has no route: --net switch:ENDPOINT works without'],
    ['eth0\t0002000A\t00000000\n', 'has no route: --net switch:ENDPOINT works without'],
    ['eth0\t00000000\t0202000A\n', 'has a route'],
    ['lo\t000000E0\t00000000\n', 'has a route'],
  ] as const)('looks for a route of multicast in %j', async ([rows, found]) => {
    const place = placeWith({ '/proc/net/route': `${head}${rows}` });
    expect(await findingAt('multicast', place)).toEqual(['ok', found]);
  });
});

describe('processors', () => {
  it.for([
    ['0.00 0.10 0.20 1/99 7', 'ok'],
    ['1000000.00 0.10 0.20 1/99 7', 'warn'],
  ] as const)('are busy or not by the load %s', async ([load, verdict]) => {
    const [found] = (await findingAt(
      'processors',
      placeWith({ '/proc/loadavg': load }),
    )) as string[];
    expect(found).toBe(verdict);
  });
});
