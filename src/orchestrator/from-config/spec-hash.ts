import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { OrchestratorConfig, PoolConfig } from '../../config/orchestrator/schema.ts';

type Wanted = Pick<OrchestratorConfig, 'batch' | 'machines' | 'vpn' | 'seats' | 'listener'>;

/**
 * Digest of all that a node of a pool is started with: how it is made, what it is told, and its image as it is now. What
 * only limits the pool, such as its price, is no part of it.
 */
export async function specHash(pool: PoolConfig, config: Wanted): Promise<string> {
  const { name, provider, slots, memory, features } = pool;
  const { batch, machines, vpn, listener } = config;
  const made = { name, provider, slots, memory, features, image: await imageOf(provider) };
  const told = { batch, machines, vpn, listener, network: config.seats.network };
  return createHash('sha256').update(JSON.stringify({ made, told })).digest('hex').slice(0, 16);
}

/** Another image has another size, or was written at another time. One that is elsewhere is its path. */
async function imageOf(provider: object): Promise<string> {
  if (!('image' in provider) || typeof provider.image !== 'string') return '';
  const found = await stat(provider.image).catch(() => undefined);
  return found === undefined ? '' : `${found.size} ${Math.floor(found.mtimeMs)}`;
}
