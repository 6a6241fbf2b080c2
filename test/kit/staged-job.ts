import type { JobDescription } from '../../src/grid/description.ts';
import type { StagedJob } from '../../src/grid/target.ts';

/** A job of one word that asks for as little as it can. */
export function stagedJob(
  description: Partial<JobDescription> = {},
  job: Partial<StagedJob> = {},
): StagedJob {
  return {
    mark: 'mark-1',
    name: 'try',
    sandbox: '/sandbox',
    wrapper: 'apppot-job',
    description: {
      name: 'try',
      image: { kind: 'site', path: '/shared/base.img' },
      command: ['true'],
      environment: {},
      inputs: [],
      outputs: [],
      stdout: 'stdout.txt',
      stderr: 'stderr.txt',
      resources: { memory: 512 * 2 ** 20, count: 1 },
      ...description,
    },
    ...job,
  };
}
