/**
 * From settings to what the engine works with.
 *
 * @module
 */

import type { BatchSystem } from '../../batch/batch.ts';
import type { PoolConfig } from '../../config/orchestrator/schema.ts';
import type { Machine } from '../../host/machine.ts';
import type { Pool } from '../../model/pool.ts';
import type { OpenVpn } from '../../vpn/openvpn.ts';
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
  readonly vpn?: OpenVpn;
  close(): Promise<void>;
}

/** Opens what the settings name. Nothing is asked or changed yet. */
export async function openAll(settings: Settings, on: Place): Promise<Opened> {
  const machines: Machine[] = [];
  const place = remembering(on, machines);
  const batch = await openBatch(settings.batch, place);
  const vpn = openVpn(settings, place);
  const filesOf = await nodeFiles(settings);
  const pools = await Promise.all(
    settings.pools.map(async (pool) => ({
      pool: toPool(pool, settings),
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
      await Promise.allSettled(machines.map((machine) => machine.close()));
    },
  };
}

/** What the engine takes from the settings; the store and the policy come beside. */
export function setupOf(
  settings: Settings,
  { batch, pools, vpn }: Opened,
  { clock, random, owner }: Place,
): Omit<OrchestratorSetup, 'store' | 'policy'> {
  const { seats, limits, budget } = settings;
  return {
    ...{ clock, random, batch, pools, seats: seats.seats },
    ...(owner !== undefined && { owner }),
    ...(vpn !== undefined && { vpn }),
    ...(budget !== undefined && { budget }),
    limits: withoutGaps(limits),
  };
}

/** Connections are shared by all that use the same machine, and kept in mind to be closed. */
function remembering(place: Place, machines: Machine[]): Place {
  return {
    ...place,
    connect: (destination) => {
      const known = machines.find(({ name }) => name === destination);
      const machine = known ?? place.connect(destination);
      if (known === undefined) machines.push(machine);
      return machine;
    },
  };
}

/** A node that is a job elsewhere lives no longer than that job may. */
export function toPool(
  { provider, queues: named, ...pool }: PoolConfig,
  { batch }: Pick<Settings, 'batch'>,
): Pool {
  const { wallTime = Number.POSITIVE_INFINITY } = 'wallTime' in provider ? provider : {};
  const queues = named ?? (batch.kind === 'gridengine' ? [batch.queue] : undefined);
  return {
    ...{ ...pool, maxLifetime: Math.min(pool.maxLifetime, wallTime) },
    ...(queues !== undefined && { queues }),
  };
}

type Filled<T> = { readonly [Key in keyof T]?: Exclude<T[Key], undefined> };

function withoutGaps<T extends object>(values: T): Filled<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Filled<T>;
}
