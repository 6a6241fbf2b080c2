import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../base/random.ts';
import { OrchestratorError } from '../../orchestrator/errors.ts';
import type { Settings } from '../../orchestrator/reload/messages.ts';
import { memoryStore } from '../../orchestrator/store/memory.ts';
import { sqliteStore } from '../../orchestrator/store/sqlite.ts';
import type { Store } from '../../orchestrator/store/store.ts';
import { controllerIn, newController } from './controller.ts';

/** The file of a store in the orchestrator's directory. */
export function storePath({ state }: Pick<Settings, 'state'>): string {
  return join(state, 'store.sqlite');
}

/** The store to work with; made when it is missing, for the same orchestrator as before. */
export async function openStore(settings: Settings, random: Random): Promise<Store> {
  const controller = await newController(settings.state, random);
  return sqliteStore(storePath(settings), { controller });
}

/** The store to look at. @returns undefined when there is none. */
export async function findStore(settings: Settings): Promise<Store | undefined> {
  const path = storePath(settings);
  if (!existsSync(path)) return undefined;
  return sqliteStore(path, { controller: (await controllerIn(settings.state)) ?? '' });
}

/** The same; one that ends with the process when there is none. */
export async function storeToLookAt(settings: Settings): Promise<Store> {
  const found = await findStore(settings);
  return found ?? memoryStore((await controllerIn(settings.state)) ?? NOBODY);
}

const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * @throws {OrchestratorError} `STORE_MISSING`
 */
export async function needStore(settings: Settings): Promise<Store> {
  const store = await findStore(settings);
  if (store !== undefined) return store;
  throw new OrchestratorError(`Cannot read the store "${storePath(settings)}": there is none`, {
    kind: 'missing',
    code: 'STORE_MISSING',
    hint: 'Start the orchestrator first, or name its file: --config FILE',
  });
}
