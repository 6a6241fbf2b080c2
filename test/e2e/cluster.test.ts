import { chmodSync, copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { type RunOptions, run, workDirectory } from '../kit/guest-run.ts';

const work = workDirectory();

/** Runs a cluster with a temporary directory of its own, in which nothing must be left. */
async function cluster(words: readonly string[], options: RunOptions = {}) {
  const { bin, image } = inject('installed');
  const given = words.includes('--image') ? [] : ['--image', image];
  const { status, stdout, stderr } = await run(
    [join(bin, 'apppot'), 'cluster', 'run', ...given, '--mem', '128M', ...words],
    { cwd: work.path, ...options, env: { TMPDIR: work.path, ...options.env } },
  );
  const left = readdirSync(work.path).filter((name) => name.startsWith('apppot-'));
  return { status, stdout: stdout.toString(), stderr, left };
}

describe('apppot cluster run', () => {
  it('runs the job in the first guest, which reaches the others by name, and ends all', async () => {
    const script =
      'for n in 2 3; do apppot-rsh node$n uname -n; done; seq 3 | apppot-rsh node2 wc -l; exit 7';
    expect(await cluster(['-n', '3', 'sh', '-c', script])).toEqual({
      status: 7,
      stdout: 'node2\nnode3\n3\n',
      stderr: '',
      left: [],
    });
  });

  it('takes the hosts of a Slurm job', async () => {
    const env = { SLURM_JOB_NODELIST: 'localhost', SLURM_TASKS_PER_NODE: '2' };
    const show = ['sh', '-c', 'cat $APPPOT_MACHINES'];
    expect(await cluster(show, { env })).toMatchObject({ status: 0, stdout: 'node1\nnode2\n' });
  });

  it('says how it wants to know the number of guests', async () => {
    expect(await cluster(['true'])).toMatchObject({
      status: 125,
      stderr:
        'apppot: Cannot make a cluster: how many guests is not said, and 1 to 1000 are possible\n' +
        '  Say it with -n, or give the hosts and their slots with --hosts FILE.\n',
    });
  });

  it('ends the job when another guest ends', async () => {
    const script =
      'apppot-rsh node2 "kill 0; kill \\$PPID"; apppot-rsh node2 "kill -9 -1"; sleep 60';
    const { status, stderr, left } = await cluster(['-n', '2', 'sh', '-c', script]);
    expect({ status, left }).toEqual({ status: 125, left: [] });
    expect(stderr).toMatch(/^apppot: Cannot go on: guest node2 of the cluster ended with status/m);
  });

  it('starts guests on other hosts by a remote shell, without showing the secret', async () => {
    // Stands for ssh: runs the command here, with a temporary directory of another host's own.
    const other = join(work.path, 'other');
    const rsh = join(work.path, 'remote-shell');
    writeFileSync(
      rsh,
      `#!/bin/sh\nmkdir -p ${other}; TMPDIR=${other}; export TMPDIR\nshift; exec sh -c "$*"\n`,
    );
    chmodSync(rsh, 0o755);
    writeFileSync(join(work.path, 'hosts'), 'localhost slots=1\nelsewhere slots=2\n');
    const script = `
      for n in 2 3; do apppot-rsh node$n uname -n; done
      apppot-rsh node3 head -c 3000000 /dev/zero | wc -c`;
    const words = ['--hosts', 'hosts', '--rsh', rsh, '--head', '127.0.0.1', 'sh', '-c', script];
    expect(await cluster(words)).toEqual({
      status: 0,
      stdout: 'node2\nnode3\n3000000\n',
      stderr: '',
      left: [],
    });
    expect(readdirSync(other)).toEqual([]);
  });
});

describe('Open MPI over four guests', () => {
  const project = () => join(inject('installed').directory, 'ring');
  const image = () => join(project(), 'base.img');
  const { HOME = '/root', PATH = '' } = process.env;
  const steps = (commands: string) =>
    run(['sh', '-ec', commands], {
      cwd: work.path,
      env: { HOME, PATH: `${inject('installed').bin}:${PATH}` },
    });

  beforeAll(async () => {
    const begin = `apppot init mpi ${project()} >/dev/null; cd ${project()}`;
    const build = 'apppot image build ./recipe.yaml -q -o base.img';
    expect(await steps(`${begin}; ${build}`)).toMatchObject({ status: 0, stderr: '' });
  }, 600_000);

  it('does what the README of "apppot init mpi" says', async () => {
    const words = 'apppot-start make >&2; apppot-start; apppot cluster run -n 4 mpirun ./ring';
    const { status, stdout } = await steps(`cd ${project()}; ${words}`);
    const line = '4 processes, sum of ranks 6\n';
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 0, stdout: line.repeat(2) });
  });

  it('compiles, says hello from each, and sends a number around', async () => {
    copyFileSync(join(import.meta.dirname, '../kit/net/ring.c'), join(work.path, 'ring.c'));
    const script = 'mpicc -o ring ring.c && mpirun ./ring | sort';
    const { status, stdout } = await cluster([
      ...['--image', image(), '--mem', '256M', '-n', '4', 'sh', '-c', script],
    ]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: [
        ...[0, 1, 2, 3].map((rank) => `hello from ${rank} of 4 on node${rank + 1}`),
        'sum of ranks: 6\n',
      ].join('\n'),
    });
  });
});
