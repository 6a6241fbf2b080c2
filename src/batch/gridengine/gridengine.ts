/**
 * Grid Engine by its command line. Measured with 8.1.9; what is told in comments was seen there.
 *
 * @module
 */

import type { Instant, Seconds } from '../../base/clock.ts';
import type { Host } from '../../host/host.ts';
import { BATCH_DEADLINE, type BatchSystem } from '../batch.ts';
import { checkHostName } from '../host-name.ts';
import { addHost, cordonHost, forceRemoveHost, removeHost, uncordonHost } from './nodes.ts';
import { looking } from './snapshot.ts';
import { troubles } from './troubles.ts';
import { asking } from './words.ts';

export interface GridEngineOptions {
  /** Where its programs run, by a manager of the cluster. */
  readonly host: Host;
  /** That nodes are added to. Its own number of slots should be 0. */
  readonly queue: string;
  /** Of that queue. Default `@allhosts`. */
  readonly hostGroup?: string;
  /** Default {@link BATCH_DEADLINE}. */
  readonly deadline?: Seconds;
  /** Where its queue master listens. Default 6444. */
  readonly port?: number;
  readonly now: () => Instant;
}

export function gridEngine(options: GridEngineOptions): BatchSystem {
  const { host, queue, hostGroup = '@allhosts', deadline = BATCH_DEADLINE, port = 6444 } = options;
  const name = host.name === 'local' ? 'gridengine' : `gridengine via ${host.name}`;
  const ask = asking(host, name, deadline);
  return {
    kind: 'gridengine',
    name,
    snapshot: looking({ host, name, ask, deadline, port, now: options.now }),
    add: async (newHost, signal) => {
      checkHostName(newHost.name);
      await addHost(ask, { queue, hostGroup }, newHost, signal);
    },
    cordon: async (node, _reason, signal) => cordonHost(ask, checkHostName(node), signal),
    uncordon: async (node, signal) => uncordonHost(ask, checkHostName(node), signal),
    remove: async (node, signal) => removeHost(ask, checkHostName(node), signal),
    forceRemove: async (node, signal) => forceRemoveHost(ask, checkHostName(node), signal),
    check: (signal) => troubles(ask, { queue, hostGroup }, signal),
    close: async () => undefined,
  };
}
