import { arcText } from './arc/target.ts';
import { arcCliText } from './arc-cli/target.ts';
import { gridEngineScript } from './gridengine/target.ts';
import type { TargetSpec } from './records/record.ts';
import { renderRunner } from './shared/script.ts';
import { slurmScript } from './slurm/target.ts';
import type { StagedJob } from './target.ts';

/** Exactly what a target gets of a job beside its files; directories of jobs stand for those that it has. */
export function sentText(job: StagedJob, { kind }: TargetSpec): string {
  const directory = `/${job.mark}`;
  switch (kind) {
    case 'arc':
      return arcText(job);
    case 'arc-cli':
      return arcCliText(job, directory);
    case 'slurm':
      return slurmScript(job, directory);
    case 'gridengine':
      return gridEngineScript(job, directory);
    case 'local':
      return renderRunner(job, directory, 'local');
  }
}
