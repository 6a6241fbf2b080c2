import type { JobDescription } from '../../src/grid/description.ts';

/** A job with nothing special about it; tests say what they change. */
export function jobDescription(changes: Partial<JobDescription> = {}): JobDescription {
  return {
    name: 'job',
    image: { kind: 'site', path: '/img/base.img' },
    command: ['true'],
    environment: {},
    inputs: [],
    outputs: [],
    stdout: 'job.out',
    stderr: 'job.err',
    resources: { memory: 128 * 2 ** 20, count: 1 },
    ...changes,
  };
}
