import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Host } from '../../src/host/host.ts';
import { type BurstCluster, burstSuite } from '../kit/burst-suite.ts';
import { headMachine } from '../kit/head-machine.ts';
import { hostAmong } from '../kit/net-namespace.ts';
import { startSlurm } from '../kit/slurm.ts';
import { nodesConfiguration } from '../kit/slurm-node.ts';

// A Slurm with two nodes of its own, which are not in the partition that jobs go to.

async function cluster(work: string): Promise<BurstCluster> {
  const place = join(work, 'master');
  mkdirSync(place);
  const machine = await headMachine(place);
  const slurm = await startSlurm({ words: machine.words, address: '10.8.0.1' });
  const setting = ['env', `SLURM_CONF=${slurm.configuration}`];
  const root = hostAmong('master', [...machine.words, ...setting]);
  const ada = hostAmong('ada', [...machine.adasWords, `SLURM_CONF=${slurm.configuration}`]);
  const configuration = join(work, 'slurm.conf');
  writeFileSync(configuration, nodesConfiguration(slurm));
  const key = join(dirname(slurm.configuration), 'munge/key');
  return {
    ...{ root, ada, log: slurm.log, home: machine.home },
    words: [...machine.words, ...setting],
    batch: `{ kind: slurm, configuration: ${configuration}, munge-key: ${key} }`,
    ofJob: { id: '$SLURM_JOB_ID', restarts: `\${SLURM_RESTART_COUNT:-0}` },
    submit: (script) =>
      ada.run(['sbatch', '--requeue', '-p', 'elastic', '-o', '/dev/null', script]),
    running: () => running(root),
    remains: async () => {
      const nodes = await lines(root, 'scontrol', '-F', '-o', 'show', 'nodes');
      return [
        ...nodes.filter((node) => !/^NodeName=st[12] /.test(node)),
        ...(await lines(root, 'squeue', '-h')),
      ];
    },
    stop: async () => {
      await slurm.stop();
      await machine.end();
    },
  };
}

async function running(root: Host): Promise<ReadonlyMap<string, string>> {
  const rows = await lines(root, 'squeue', '-h', '-t', 'R', '-o', '%i %N');
  return new Map(rows.map((row) => row.split(' ') as [string, string]));
}

async function lines(host: Host, ...argv: readonly string[]): Promise<readonly string[]> {
  return (await host.run(argv)).stdout.split('\n').filter(Boolean);
}

burstSuite(cluster);
