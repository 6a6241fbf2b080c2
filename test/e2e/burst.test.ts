import { join } from 'node:path';
import type { Host } from '../../src/host/host.ts';
import { type BurstCluster, burstSuite } from '../kit/burst-suite.ts';
import { startGridEngine } from '../kit/gridengine.ts';

// A Grid Engine without a slot of its own.

async function cluster(): Promise<BurstCluster> {
  const engine = await startGridEngine({ slots: 0 });
  const { enter: root, user: ada, log, stop } = engine;
  return {
    ...{ root, ada, log, stop },
    words: ['nsenter', '-t', String(engine.pid), '-n', '-u', '-m', '-p', '--wdns=/', '--'],
    home: join(engine.directory, 'home'),
    batch: '{ kind: gridengine, queue: main.q, hostgroup: "@allhosts", qmaster: master }',
    ofJob: { id: '$JOB_ID', restarts: '$RESTARTED' },
    submit: (script) => ada.run(['qsub', '-cwd', '-r', 'y', '-o', '/dev/null', '-j', 'y', script]),
    running: () => running(root),
    remains: async () => {
      const hosts = [
        ...(await lines(root, 'qconf', '-sel')),
        ...(await lines(root, 'qconf', '-sh')),
      ];
      return [
        ...hosts.filter((host) => host !== 'master'),
        ...(await lines(root, 'qstat', '-u', '*')),
      ];
    },
  };
}

async function running(root: Host): Promise<ReadonlyMap<string, string>> {
  const rows = await lines(root, 'qstat', '-u', '*', '-s', 'r');
  return new Map(
    rows.flatMap((row) => {
      const [, job, host] = /^ *(\d+) .* main\.q@(\S+)/.exec(row) ?? [];
      return job === undefined || host === undefined ? [] : [[job, host]];
    }),
  );
}

async function lines(host: Host, ...argv: readonly string[]): Promise<readonly string[]> {
  return (await host.run(argv)).stdout.split('\n').filter(Boolean);
}

burstSuite(cluster);
