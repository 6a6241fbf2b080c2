import { pipeline } from '../../policy/pipeline.ts';
import type { Policy } from '../../policy/policy.ts';
import { makePolicy, type PolicySpec } from '../../policy/spec.ts';

/** One policy out of those of a file. */
export function composed(policies: readonly (Policy | PolicySpec)[]): Policy {
  return pipeline(...policies.map((one) => ('options' in one ? makePolicy(one) : one)));
}
