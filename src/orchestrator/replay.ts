import { isDeepStrictEqual } from 'node:util';
import type { Instant } from '../base/clock.ts';
import type { Decider } from '../policy/view.ts';
import { makePlan } from './plan/plan.ts';
import { readRecord } from './record.ts';
import { compare, type Difference } from './reload/shadow.ts';
import type { Recorded, Store } from './store/store.ts';

/** A recorded cycle, decided and planned once more. Nothing is done. */
export interface Replayed {
  readonly at: Instant;
  readonly digest: string;
  /** That decided then. */
  readonly policy: string;
  /** Nodes that were started, and calls that were made, those of starts not counted. */
  readonly starts: number;
  readonly actions: number;
  /** Whether planning gives once more what the journal says. */
  readonly isSame: boolean;
  /** What the policies decide otherwise now. */
  readonly differences: readonly Difference[];
}

/**
 * Replays all recorded cycles, oldest first.
 *
 * @throws {PolicyError} when the policies fail.
 */
export async function replay(store: Store, policies: Decider): Promise<readonly Replayed[]> {
  const all: Replayed[] = [];
  for (const recorded of store.recorded().toReversed())
    all.push(await one(recorded, store, policies));
  return all;
}

async function one(
  { digest, at, policy, text }: Recorded,
  store: Store,
  policies: Decider,
): Promise<Replayed> {
  const { input, view } = readRecord(text);
  const { starts, actions, entries } = makePlan(input);
  const told = store
    .journal({ since: at, limit: Number.MAX_SAFE_INTEGER })
    .filter(({ look, kind }) => look === digest && kind !== 'start')
    .map((entry) => entry.text);
  const isSame = isDeepStrictEqual(
    told,
    entries.map((entry) => entry.text),
  );
  const now = view === undefined ? undefined : await policies.decide(view);
  const differences = input.decision && now ? compare(at, input.decision, now) : [];
  return {
    at,
    digest,
    policy,
    isSame,
    differences,
    starts: starts.length,
    actions: actions.length,
  };
}
