import type { BatchHost } from '../../model/host.ts';
import type { HostName } from '../../model/job.ts';
import { isShut } from './letters.ts';
import type { QueueInstance } from './qstat.ts';

/**
 * @param marks `QUEUE@HOST` of those that we have disabled.
 */
export function toHosts(
  instances: readonly QueueInstance[],
  marks: ReadonlySet<string>,
): ReadonlyMap<HostName, BatchHost> {
  const byHost = new Map<HostName, QueueInstance[]>();
  for (const instance of instances) {
    const known = byHost.get(instance.host);
    if (known === undefined) byHost.set(instance.host, [instance]);
    else known.push(instance);
  }
  return new Map([...byHost].map(([name, own]) => [name, toHost(name, own, marks)]));
}

function toHost(
  name: HostName,
  instances: readonly QueueInstance[],
  marks: ReadonlySet<string>,
): BatchHost {
  const memory = instances.find((instance) => instance.memory !== undefined)?.memory;
  return {
    name,
    state: instances.every(({ state }) => state.includes('u')) ? 'down' : 'up',
    slots: instances.reduce((sum, { slots }) => sum + slots, 0),
    used: instances.reduce((sum, { used }) => sum + used, 0),
    features: [...new Set(instances.flatMap(({ features }) => features))],
    queues: [...new Set(instances.map(({ queue }) => queue))],
    ...(memory !== undefined && { memory }),
    ...(instances.every(({ state }) => isShut(state)) && { cordon: cordonOf(instances, marks) }),
  };
}

function cordonOf(
  instances: readonly QueueInstance[],
  marks: ReadonlySet<string>,
): NonNullable<BatchHost['cordon']> {
  const isOurs = ({ queue, host, state }: QueueInstance): boolean =>
    state.includes('d') && marks.has(`${queue}@${host}`);
  const letters = [...new Set(instances.flatMap(({ state }) => [...state]))].filter(
    (letter) => letter !== 'd' && isShut(letter),
  );
  return {
    ours: instances.every(isOurs),
    ...(letters.length > 0 && { reason: `queue state ${letters.join('')}` }),
  };
}
