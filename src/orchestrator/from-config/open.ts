/**
 * From settings to what the engine works with.
 *
 * @module
 */

import type { BatchSystem } from '../../batch/batch.ts';
import type { PoolConfig } from '../../config/orchestrator/schema.ts';
import type { Pool } from '../../model/pool.ts';
import type { Vpn } from '../../vpn/vpn.ts';
import type { Settings } from '../reload/messages.ts';
import type { OrchestratorSetup, PoolSetup } from '../setup.ts';
import { openBatch } from './batch.ts';
import { nodeFiles } from './node-files.ts';
import type { Place } from './place.ts';
import { openProvider } from './provider.ts';
import { specHash } from './spec-hash.ts';
import { openVpn } from './vpn.ts';

/** Everything outside of us that an orchestrator works with. */
export interface Opened {
  readonly batch: BatchSystem;
  readonly pools: readonly PoolSetup[];
  readonly vpn?: Vpn;
  close(): Promise<void>;
}

/** Opens what the settings name. Nothing is asked or changed yet. */
export async function openAll(settings: Settings, place: Place): Promise<Opened> {
  const batch = await openBatch(settings.batch, place);
  const vpn = openVpn(settings, place);
  const filesOf = await nodeFiles(settings);
  const pools = await Promise.all(
    settings.pools.map(async (pool) => ({
      pool: toPool(pool),
      provider: await openProvider(pool, settings.state, place),
      specHash: await specHash(pool, settings),
      files: filesOf(pool),
    })),
  );
  return {
    ...{ batch, pools },
    ...(vpn !== undefined && { vpn }),
    close: async () => {
      const all = [batch, vpn, ...pools.map(({ provider }) => provider)];
      await Promise.allSettled(all.map((one) => one?.close()));
    },
  };
}

/** What the engine takes from the settings; the store and the policy come beside. */
export function setupOf(
  settings: Settings,
  { batch, pools, vpn }: Opened,
  { clock, random }: Place,
): Omit<OrchestratorSetup, 'store' | 'policy'> {
  const { seats, limits, budget } = settings;
  return {
    ...{ clock, random, batch, pools, seats: seats.seats },
    ...(vpn !== undefined && { vpn }),
    ...(budget !== undefined && { budget }),
    limits: withoutGaps(limits),
  };
}

function toPool({ provider: _, ...pool }: PoolConfig): Pool {
  return pool;
}

type Filled<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutGaps<T extends object>(values: T): Filled<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Filled<T>;
}
