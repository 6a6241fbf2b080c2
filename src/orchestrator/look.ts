import type { Instant } from '../base/clock.ts';
import type { BatchSnapshot } from '../batch/batch.ts';
import type { NodeId } from '../model/node.ts';
import type { Listing } from '../provider/provider.ts';
import { within } from './deadline.ts';
import { reasonOf } from './errors.ts';
import type { Limits } from './limits.ts';
import type { OrchestratorSetup } from './setup.ts';

/** What was seen of the world in one cycle. What could not be learnt is missing: it is unknown, not empty. */
export interface Look {
  readonly at: Instant;
  readonly batch?: BatchSnapshot;
  /** By provider's name. */
  readonly listings: ReadonlyMap<string, Listing>;
  readonly admitted?: readonly NodeId[];
  readonly troubles: readonly string[];
}

type Surroundings = Pick<OrchestratorSetup, 'clock' | 'batch' | 'pools' | 'vpn'>;

/**
 * Looks at all providers first, then at the batch system. Rows are to be read after that: so a node that is being
 * made meanwhile has a row, and is no orphan.
 */
export async function look(
  { clock, batch, pools, vpn }: Surroundings,
  { callDeadline }: Limits,
  signal?: AbortSignal,
): Promise<Look> {
  const troubles: string[] = [];
  const ask = async <T>(what: string, call: (signal: AbortSignal) => Promise<T>) => {
    try {
      return await within(clock, callDeadline, call, signal);
    } catch (error) {
      troubles.push(`${what}: ${reasonOf(error)}`);
      return undefined;
    }
  };
  const providers = new Map(pools.map(({ provider }) => [provider.name, provider]));
  const listed = await Promise.all(
    [...providers].map(async ([name, provider]) => {
      const listing = await ask(name, (stop) => provider.list(stop));
      return [name, listing] as const;
    }),
  );
  const admitted = vpn && (await ask(vpn.name, () => vpn.members()));
  const snapshot = await ask(batch.name, (stop) => batch.snapshot(stop));
  const listings = new Map(
    listed.flatMap(([name, listing]) => (listing === undefined ? [] : [[name, listing] as const])),
  );
  return {
    ...{ at: clock.now(), listings, troubles },
    ...(snapshot !== undefined && { batch: snapshot }),
    ...(admitted !== undefined && { admitted }),
  };
}
