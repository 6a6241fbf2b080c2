import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BatchSystem } from '../../src/batch/batch.ts';
import { slurm } from '../../src/batch/slurm/slurm.ts';
import type { BatchLab } from './batch-contract.ts';
import type { Slurm } from './slurm.ts';
import { until } from './until.ts';

const MIB = 2 ** 20;

/** A lab around a real Slurm; its jobs wait for a file of their number to go. */
export function slurmLab(cluster: Slurm): BatchLab {
  const gates = join(dirname(cluster.configuration), 'run');
  let machines = 0;
  return {
    batch: slurmOf(cluster),
    machine: async () => {
      machines += 1;
      return {
        name: `dyn${machines}`,
        address: `127.0.9.${machines}`,
        slots: 2,
        memory: 1_000 * MIB,
        features: [],
      };
    },
    boot: (host) => cluster.node(Number(host.slice('dyn'.length))),
    submit: async (host) => {
      const script = `while [ ! -e ${gates}/end.$SLURM_JOB_ID ]; do sleep 0.2; done`;
      const words = ['--parsable', '--no-requeue', '-p', 'elastic', '-w', host];
      const argv = ['sbatch', ...words, '-o', '/dev/null', '--chdir=/', '--wrap', script];
      return (await cluster.host.run(argv)).stdout.trim();
    },
    release: async (job) => writeFileSync(join(gates, `end.${job}`), ''),
    cordonAsAnother: async (host) => {
      const words = ['state=drain', 'reason=kernel update'];
      await cluster.host.run(['scontrol', 'update', `nodename=${host}`, ...words]);
    },
    lose: (host) => cluster.lose(Number(host.slice('dyn'.length))),
    until: (what, isSo) => until(what, isSo, cluster.log),
  };
}

export function slurmOf(cluster: Slurm): BatchSystem {
  return slurm({ host: cluster.host, features: ['dyn'], now: () => Date.now() / 1_000 });
}
