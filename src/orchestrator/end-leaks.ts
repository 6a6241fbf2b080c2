import type { AuditedPlaces, Leak } from './audit.ts';
import { reasonOf } from './errors.ts';

export interface EndedLeaks {
  /** Their end was asked for, and accepted. */
  readonly done: readonly Leak[];
  /** Why others go on, one clause each. */
  readonly failed: readonly string[];
}

/**
 * Ends what an audit found. What runs jobs goes on: a batch system keeps a host with jobs, and a guest's agent a guest with
 * jobs. Hosts come first, so that nothing new starts.
 *
 * @throws {OrchestratorError} `STORE_HELD` while an orchestrator works: it ends its leaks itself.
 */
export async function endLeaks(leaks: readonly Leak[], places: AuditedPlaces): Promise<EndedLeaks> {
  places.store?.claim();
  const done: Leak[] = [];
  const failed: string[] = [];
  for (const kind of ['host', 'instance', 'member'] as const) {
    for (const leak of leaks.filter((one) => one.kind === kind)) {
      try {
        await end(leak, places);
        done.push(leak);
      } catch (error) {
        failed.push(`${leak.id}: ${reasonOf(error)}`);
      }
    }
  }
  return { done, failed };
}

async function end({ kind, where, id }: Leak, places: AuditedPlaces): Promise<void> {
  switch (kind) {
    case 'host':
      return places.batch?.remove(id);
    case 'instance':
      return places.providers.find(({ name }) => name === where)?.terminate(id);
    case 'member':
      return places.vpn?.revoke(id);
  }
}
