import { pipeline } from '../../policy/pipeline.ts';
import type { Policy } from '../../policy/policy.ts';
import { makePolicy, type PolicySpec } from '../../policy/spec.ts';

/** Slurm's own power saving. */
const OTHERS: Policy = {
  name: 'slurm',
  version: '0',
  isCloudCandidate: () => ({ ok: false, reason: 'Slurm itself asks for nodes' }),
};

/** One policy out of those of a file; without any it is another that decides. */
export function composed(policies: readonly (Policy | PolicySpec)[]): Policy {
  if (policies.length === 0) return OTHERS;
  return pipeline(...policies.map((one) => ('options' in one ? makePolicy(one) : one)));
}
