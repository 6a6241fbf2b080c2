import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchSystem, NewHost } from '../../src/batch/batch.ts';
import { gridEngine } from '../../src/batch/gridengine/gridengine.ts';
import type { JobId } from '../../src/model/job.ts';
import type { BatchLab } from './batch-contract.ts';
import type { GridEngine } from './gridengine.ts';
import { until } from './until.ts';

/** A lab around a real Grid Engine; its jobs wait for a file of their number to go. */
export function gridEngineLab(cluster: GridEngine): BatchLab {
  const home = join(cluster.directory, 'home/ada');
  let machines = 0;
  return {
    batch: batchOf(cluster),
    machine: async () => {
      machines += 1;
      return newHost(await cluster.node(machines, { daemon: false }), machines);
    },
    boot: cluster.startDaemon,
    submit: async (host) => {
      const script = 'touch gate-$JOB_ID.open; while [ ! -e gate-$JOB_ID.end ]; do sleep 0.2; done';
      const words = ['-cwd', '-j', 'y', '-o', '/dev/null', '-r', 'n', '-l', `hostname=${host}`];
      return qsub(cluster, [...words, '-b', 'y', 'sh', '-c', `'${script}'`]);
    },
    release: async (job) => {
      writeFileSync(join(home, `gate-${job}.end`), '');
      if (existsSync(join(home, `gate-${job}.open`))) rmSync(join(home, `gate-${job}.open`));
    },
    cordonAsAnother: async (host) => {
      await cluster.enter.run(['qmod', '-d', `main.q@${host}`]);
    },
    lose: (host) => cluster.lose(Number(host.slice('node'.length))),
    until: (what, isSo) => until(what, isSo, cluster.log),
  };
}

export function batchOf(cluster: GridEngine): BatchSystem {
  return gridEngine({ host: cluster.enter, queue: 'main.q', now: () => Date.now() / 1_000 });
}

export function newHost(name: string, number: number): NewHost {
  return { name, address: `10.8.0.${100 + number}`, slots: 2, memory: 2 ** 30, features: [] };
}

/** @returns what the batch system calls it. */
export async function qsub(cluster: GridEngine, words: readonly string[]): Promise<JobId> {
  const { stdout } = await cluster.user.run(['qsub', '-terse', ...words]);
  return stdout.trim().split('.')[0] ?? '';
}
