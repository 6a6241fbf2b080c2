import type { BatchSystem } from '../../batch/batch.ts';
import { gridEngine } from '../../batch/gridengine/gridengine.ts';
import { randomJobs } from '../../batch/simulated/random.ts';
import { replay } from '../../batch/simulated/replay.ts';
import { slurmPower } from '../../batch/slurm/power.ts';
import { slurm } from '../../batch/slurm/slurm.ts';
import type { BatchConfig } from '../../config/orchestrator/schema.ts';
import type { Host } from '../../host/host.ts';
import type { Place } from './place.ts';

/** Opens the cluster's own batch system. Nothing is asked yet. */
export async function openBatch(config: BatchConfig, place: Place): Promise<BatchSystem> {
  const { now } = place.clock;
  switch (config.kind) {
    case 'gridengine': {
      const { queue, hostgroup, qmasterPort } = config;
      return at(config, place, (host) =>
        gridEngine({
          ...{ host, queue, now },
          ...(hostgroup !== undefined && { hostGroup: hostgroup }),
          ...(qmasterPort !== undefined && { port: qmasterPort }),
        }),
      );
    }
    case 'slurm':
      return at(config, place, (host) =>
        config.powerSaving
          ? slurmPower({ host, now })
          : slurm({ host, features: config.features, now }),
      );
    case 'replay':
      return replay({ path: config.file, slots: config.slots, now });
    case 'random':
      return randomJobs({ seed: config.seed, slots: config.slots, now });
  }
}

/** Here, or on another machine, whose connection ends with it. */
function at(
  { via }: { readonly via?: string | undefined },
  place: Place,
  open: (host: Host) => BatchSystem,
): BatchSystem {
  if (via === undefined) return open(place.host);
  const machine = place.connect(via);
  return { ...open(machine), close: () => machine.close() };
}
