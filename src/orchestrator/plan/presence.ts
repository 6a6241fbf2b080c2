import type { Evidence, NodeRow } from '../rows.ts';
import type { Draft } from './draft.ts';
import type { Seen, Sight } from './sight.ts';

/**
 * The instance of a node, by the provider's own name once it has one, else by the node that its tags name. Host
 * name and address prove nothing.
 */
export function findInstance(row: NodeRow, sight: Sight): Seen | undefined {
  const provider = sight.terms.get(row.pool)?.provider;
  const seen = (sight.instances.get(row.id) ?? []).filter((one) => one.provider === provider);
  if (row.instance === undefined) return seen[0];
  return seen.find(({ instance }) => instance.id === row.instance);
}

/** Counts complete listings without it. A listing that may miss something, or is older than the request, says nothing. */
export function notice(row: NodeRow, draft: Draft, sight: Sight): NodeRow {
  const seen = findInstance(row, sight);
  if (seen !== undefined) return found(row, seen, draft);
  const listing = sight.listingOf(row.pool);
  const from = Math.max(row.missedAt ?? 0, row.lastAsked ?? 0, row.ending?.accepted ?? 0);
  if (listing === undefined || !listing.complete || listing.taken <= from) return row;
  return draft.put({ ...row, missing: row.missing + 1, missedAt: listing.taken });
}

/** One that was given up before it had a name gets it now: so it is known what is to be ended. */
function found(row: NodeRow, { instance }: Seen, draft: Draft): NodeRow {
  const isNamed = row.instance !== undefined || NAMELESS.has(row.phase);
  if (isNamed && row.missing === 0) return row;
  return draft.put({ ...row, missing: 0, ...(!isNamed && { instance: instance.id }) });
}

const NAMELESS: ReadonlySet<string> = new Set(['planned', 'requesting']);

export function absence({ missing }: NodeRow, { now }: Sight): Evidence {
  return { kind: 'absent', listings: missing, seen: now };
}

/**
 * Its instance is proven absent: often not listed, and the batch system does not hear of it either. A young one may only not be
 * listed yet.
 */
export function isLost(row: NodeRow, sight: Sight): boolean {
  const { limits, now } = sight;
  if (row.missing < limits.missingListings || !wasThere(row, sight)) return false;
  if (now - (row.lastAsked ?? row.created) < limits.orphanGrace) return false;
  return sight.batch !== undefined && sight.hostOf(row)?.state !== 'up';
}

/** One that was given up before it had a name may have come, got jobs and gone between two listings. */
function wasThere({ instance, phase, missing }: NodeRow, { limits }: Sight): boolean {
  return instance !== undefined || (phase === 'failed' && missing >= limits.orphanListings);
}
