import type { Seat } from '../model/node.ts';
import type { Instance } from '../provider/provider.ts';
import type { Look } from './look.ts';
import type { State } from './orchestrator.ts';
import type { Rows } from './store/store.ts';

/**
 * Places for new nodes: nobody's, left long enough ago, and unknown to the batch system. When it has not answered,
 * there are none.
 */
export function freeSeats({
  state: { setup, limits },
  rows,
  look,
}: {
  readonly state: State;
  readonly rows: Rows;
  readonly look: Look;
}): readonly Seat[] {
  const { batch, at, listings } = look;
  if (batch === undefined) return [];
  const taken = new Set([
    ...rows.nodes.map(({ seat }) => seat.host),
    ...[...listings.values()].flatMap(({ instances }) => instances.flatMap(hostOf)),
    ...setup.store.vacated(at - limits.seatQuarantine).map(({ seat }) => seat.host),
  ]);
  return setup.seats.filter(({ host }) => !taken.has(host) && !isKnown(batch.hosts.get(host)));
}

/** Whoever's it is, and whether a row knows it or not. */
function hostOf({ tags }: Instance): readonly string[] {
  return tags === undefined ? [] : [tags.seat.host];
}

/** One that is up is somebody's. One that is down is a place that is kept ready. */
function isKnown(host: { readonly state: string } | undefined): boolean {
  return host?.state === 'up';
}
