import { type Replayed, replay } from '../../orchestrator/replay.ts';
import type { Deps } from '../deps.ts';
import { type FileFlags, openFile } from './file.ts';
import { needStore } from './store.ts';
import { timeOf } from './time.ts';

const FOUND = 1;

/** Decides on the recorded cycles once more, with the policies of the file as it is now. */
export async function replayCycles(
  { config, json }: FileFlags & { readonly json?: boolean },
  deps: Deps,
): Promise<void> {
  const version = await openFile(config, deps);
  try {
    const store = await needStore(version.settings);
    const cycles = await replay(store, version).finally(() => store.close());
    deps.output(json).result({ policy: version.id, cycles }, render(version.id, cycles));
    if (cycles.some(isOther)) deps.setStatus(FOUND);
  } finally {
    await version.close();
  }
}

function isOther({ isSame, differences }: Replayed): boolean {
  return !isSame || differences.length > 0;
}

function render(now: string, cycles: readonly Replayed[]): string {
  const others = cycles.filter(isOther).length;
  return [
    ...cycles.flatMap(({ at, policy, starts, actions, isSame, differences }) => [
      `${timeOf(at)} ${starts} starts, ${actions} actions, decided by ${policy}`,
      ...(isSame ? [] : ['  the plan is not what the journal says']),
      ...differences.map(({ what, before, after }) => `  ${what}: ${before} -> ${after}`),
    ]),
    `${cycles.length} cycles; ${now} decides otherwise on ${others}`,
  ].join('\n');
}
