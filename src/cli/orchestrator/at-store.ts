import type { Settings } from '../../orchestrator/reload/messages.ts';
import type { Store } from '../../orchestrator/store/store.ts';
import type { Deps } from '../deps.ts';
import { type FileFlags, openFile } from './file.ts';
import { needStore } from './store.ts';

/** Lets work use the store that an orchestrator's file names. */
export async function atStore<T>(
  { config }: FileFlags,
  deps: Deps,
  work: (store: Store, settings: Settings) => T | Promise<T>,
): Promise<T> {
  const version = await openFile(config, deps);
  try {
    const store = await needStore(version.settings);
    try {
      return await work(store, version.settings);
    } finally {
      store.close();
    }
  } finally {
    await version.close();
  }
}
