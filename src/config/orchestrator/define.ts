import type { z } from 'zod';
import type { Policy } from '../../policy/policy.ts';
import type { BuiltIn } from '../../policy/spec.ts';
import type { CamelKeys } from './case.ts';
import type { orchestratorSchema } from './schema.ts';

type Input = CamelKeys<Omit<z.input<typeof orchestratorSchema>, 'policies' | 'listener'>>;

/**
 * The settings of `docs/formats/orchestrator.md`, with names as in TypeScript: `max-nodes` is `maxNodes`. Times are
 * seconds or words such as `10m`, sizes are megabytes or words such as `2G`.
 */
export interface OrchestratorOptions extends Input {
  readonly listener?: {
    readonly address?: string;
    readonly port?: number;
    readonly advertised?: string;
  };
  /** In their order: policies, classes of them, or names of built-in ones. None where Slurm's power saving decides. */
  readonly policies?: readonly (Policy | (new () => Policy) | BuiltIn)[];
}

/** Gives an orchestrator's settings their types: `export default defineOrchestrator({ … })`. */
export function defineOrchestrator(options: OrchestratorOptions): OrchestratorOptions {
  return options;
}
