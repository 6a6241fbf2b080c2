import { isDeepStrictEqual } from 'node:util';
import type { Reloading } from '../../orchestrator/reload/reloading.ts';
import { type Watch, watchFiles } from '../../orchestrator/reload/watch.ts';

/** Reloads a file whenever it, or what it imports, is written; what is imported may change with it. */
export async function watching(policy: Reloading): Promise<Watch> {
  let files = policy.files;
  let watch = await watchFiles(files, onChange);
  let isClosed = false;
  let turn = Promise.resolve();

  function onChange(): void {
    turn = turn.then(async () => {
      await policy.reload();
      if (isClosed || isDeepStrictEqual(files, policy.watched)) return;
      files = policy.watched;
      await watch.close();
      watch = await watchFiles(files, onChange);
    });
  }
  return {
    close: async () => {
      isClosed = true;
      await turn;
      await watch.close();
    },
  };
}
