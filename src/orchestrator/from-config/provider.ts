import { join } from 'node:path';
import type { PoolConfig, ProviderConfig } from '../../config/orchestrator/schema.ts';
import { dummyCloud, NO_FAULTS, SOME_FAULTS } from '../../provider/dummy.ts';
import type { Provider } from '../../provider/provider.ts';
import { umlProvider } from '../../provider/uml.ts';
import { OrchestratorError } from '../errors.ts';
import { openJobs, openSsh } from './jobs.ts';
import type { Place } from './place.ts';

/** What the guest's own kernel and daemons need beside its jobs. */
const OWN_MEMORY = 64 * 2 ** 20;

/**
 * Opens where the nodes of a pool come from. Nothing is asked yet.
 *
 * @param state Directory of the orchestrator.
 */
export async function openProvider(
  pool: PoolConfig,
  state: string,
  place: Place,
): Promise<Provider> {
  const { provider } = pool;
  switch (provider.kind) {
    case 'uml':
      return openUml(provider, pool, state, place);
    case 'dummy':
      return openDummy(provider, pool.name, place);
    case 'ssh':
      return openSsh(provider, pool, memoryOf(provider, pool), place);
    default:
      return openJobs(provider, pool, memoryOf(provider, pool), state, place);
  }
}

function memoryOf({ memory }: { readonly memory?: number | undefined }, pool: PoolConfig): number {
  return memory ?? pool.memory + OWN_MEMORY;
}

type Of<Kind extends ProviderConfig['kind']> = Extract<ProviderConfig, { readonly kind: Kind }>;

async function openUml(
  config: Of<'uml'>,
  pool: PoolConfig,
  state: string,
  place: Place,
): Promise<Provider> {
  const { image, kernel, binds, confine, directory } = config;
  const memory = memoryOf(config, pool);
  const { host, path, temporary, clock } = place;
  const caller = config.user === undefined ? place.caller : await userOf(config.user, place);
  return umlProvider({
    ...{ name: pool.name, host, path, temporary, caller, image, memory, now: clock.now },
    base: directory ?? join(state, 'nodes', pool.name),
    isOther: caller.uid !== place.caller.uid,
    most: pool.maxNodes,
    network: {
      ...(config.network !== undefined && { wishes: [{ kind: config.network }] }),
      ...(config.hostLoopback === true && { hostLoopback: true }),
    },
    ...(kernel !== undefined && { kernel }),
    ...(binds !== undefined && { binds }),
    ...(confine !== undefined && { confine }),
  });
}

async function userOf(name: string, place: Place) {
  const found = await place.userOf(name);
  if (found !== undefined) return found;
  throw new OrchestratorError(`Cannot start nodes as "${name}": there is no such user`, {
    kind: 'missing',
    code: 'USER_UNKNOWN',
  });
}

function openDummy(config: Of<'dummy'>, name: string, { clock, random }: Place): Provider {
  const { bootTime = 5, faults = false } = config;
  const cloud = dummyCloud({
    ...{ clock, random, bootTime, endTime: 1 },
    faults: faults ? SOME_FAULTS : NO_FAULTS,
  });
  return cloud.open(name);
}
