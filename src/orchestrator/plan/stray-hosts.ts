import type { Draft } from './draft.ts';
import type { Sight } from './sight.ts';

/** Of nodes that are over; and of such as the store has forgotten, when no instance of theirs is left. */
export function revokeStrays(draft: Draft, sight: Sight): void {
  const { look, past, pulse, terms, instances } = sight;
  const isAllSeen = [...terms.keys()].every((pool) => sight.listingOf(pool)?.complete === true);
  for (const node of look.admitted ?? []) {
    const isForgotten = pulse.armed && isAllSeen && !instances.has(node);
    if (draft.node(node) !== undefined || !(past.has(node) || isForgotten)) continue;
    draft.act({ do: 'revoke', node });
  }
}

/** A request that came late may have made a host known again that had left. */
export function removeStrayHosts(draft: Draft, { batch, frozen, left, jobsOn }: Sight): void {
  if (batch === undefined || frozen) return;
  const seated = new Set(draft.nodes().map(({ seat }) => seat.host));
  for (const { name, state, used } of batch.hosts.values()) {
    const isOurs = left.has(name) && !seated.has(name);
    const isEmpty = state !== 'up' && used === 0 && !jobsOn.has(name);
    if (isOurs && isEmpty) draft.act({ do: 'remove-host', host: name });
  }
}
