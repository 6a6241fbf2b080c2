import { z } from 'zod';
import type { Policy } from '../../policy/policy.ts';
import type { PolicySpec } from '../../policy/spec.ts';
import { batchSchema } from './batch.ts';
import { type CamelKeys, camelKeys } from './case.ts';
import { budgetSchema, limitsSchema } from './limits.ts';
import {
  accountsSchema,
  listenerSchema,
  machinesSchema,
  seatsSchema,
  vpnSchema,
} from './network.ts';
import { policiesSchema } from './policies.ts';
import { poolSchema } from './pools.ts';
import { list, section, text } from './values.ts';

/** What an orchestrator's file may say, by the names that YAML has for it. */
export const orchestratorSchema = section({
  state: text('the path of a directory').default('apppot-state'),
  batch: batchSchema,
  pools: list(poolSchema, 'pools').min(1, 'expected at least one pool'),
  seats: seatsSchema,
  vpn: vpnSchema.default({ kind: 'none' }),
  listener: z.preprocess((value) => value ?? {}, listenerSchema),
  machines: machinesSchema.default({}),
  accounts: accountsSchema.optional(),
  policies: policiesSchema,
  limits: limitsSchema.default({}),
  budget: budgetSchema.optional(),
});

export type Parsed = z.output<typeof orchestratorSchema>;

type Said = CamelKeys<Omit<Parsed, 'policies'>>;

/** An orchestrator's settings, complete: defaults are filled in, times are in seconds and sizes in bytes. */
export interface OrchestratorConfig extends Said {
  readonly policies: readonly (PolicySpec | Policy)[];
}

export type PoolConfig = OrchestratorConfig['pools'][number];
export type ProviderConfig = PoolConfig['provider'];
export type BatchConfig = OrchestratorConfig['batch'];
export type VpnConfig = OrchestratorConfig['vpn'];

export function toConfig(parsed: Parsed): OrchestratorConfig {
  const { policies, ...rest } = parsed;
  return {
    ...(camelKeys(rest) as Said),
    policies: policies.map((entry) => {
      const [[name, options] = ['', {}]] = Object.entries(entry);
      if (name === 'custom') return options as Policy;
      return { name, options: camelKeys(options) } as PolicySpec;
    }),
  };
}
