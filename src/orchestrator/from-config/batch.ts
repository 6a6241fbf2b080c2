import type { BatchSystem } from '../../batch/batch.ts';
import { gridEngine } from '../../batch/gridengine/gridengine.ts';
import { randomJobs } from '../../batch/simulated/random.ts';
import { replay } from '../../batch/simulated/replay.ts';
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
      return gridEngine({
        ...{ host: hostOf(config, place), queue, now },
        ...(hostgroup !== undefined && { hostGroup: hostgroup }),
        ...(qmasterPort !== undefined && { port: qmasterPort }),
      });
    }
    case 'slurm':
      return slurm({ host: hostOf(config, place), features: config.features, now });
    case 'replay':
      return replay({ path: config.file, slots: config.slots, now });
    case 'random':
      return randomJobs({ seed: config.seed, slots: config.slots, now });
  }
}

function hostOf({ via }: { readonly via?: string | undefined }, place: Place): Host {
  return via === undefined ? place.host : place.connect(via);
}
