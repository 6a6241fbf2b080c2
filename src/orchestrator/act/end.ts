import type { InstanceId, NodeId } from '../../model/node.ts';
import type { Limits } from '../limits.ts';
import { isForced } from '../plan/life-end.ts';
import type { Ending } from '../rows.ts';
import { mutate, revise, type Tools } from './tools.ts';

/** Asks for the end of an instance whose node has left. The evidence is on disk since before. */
export async function terminate(id: NodeId, instance: InstanceId, tools: Tools): Promise<void> {
  const at = tools.clock.now();
  const row = revise(tools, id, (now) =>
    now.phase === 'terminating'
      ? { ...now, instance, ending: asking(now.ending, at, tools.limits) }
      : now,
  );
  const provider = row && tools.pools.get(row.pool)?.provider;
  if (row?.phase !== 'terminating' || row.evidence === undefined || !provider) return;
  const force = isForced(row.evidence);
  await mutate(tools, (signal) => provider.terminate(instance, signal, { force }));
  const accepted = tools.clock.now();
  revise(tools, id, (now) => (now.ending ? { ...now, ending: { ...now.ending, accepted } } : now));
}

/** Asks for the end of an instance that no node is left of. */
export async function endStray(key: string, tools: Tools): Promise<void> {
  const { store, epoch, pools, clock, limits } = tools;
  const stray = store.read().strays.find((one) => one.key === key);
  const setups = [...pools.values()];
  const provider = setups.find((setup) => setup.provider.name === stray?.provider)?.provider;
  if (stray === undefined || provider === undefined) return;
  const ending = asking(stray.ending, clock.now(), limits);
  store.step(epoch, (step) => step.putStray({ ...stray, ending }));
  await mutate(tools, (signal) => provider.terminate(stray.instance, signal));
}

function asking(before: Ending | undefined, now: number, limits: Limits): Ending {
  if (before === undefined) return { first: now, last: now, wait: limits.terminateRetry };
  const wait = Math.min(limits.terminateRetryMost, 2 * before.wait);
  return { ...before, last: now, wait };
}
