import type { Instance } from '../../provider/provider.ts';
import type { Stray } from '../rows.ts';
import { adoptionOf } from './adopt.ts';
import type { Draft } from './draft.ts';
import type { Seen, Sight } from './sight.ts';

/** Instances without a row: ours are taken over or ended after a time of grace, others' are only counted. */
export function sortStrays(draft: Draft, sight: Sight): void {
  draft.foreign = countForeign(sight);
  const found = new Set<string>();
  for (const seen of [...sight.instances.values()].flat()) {
    const row = seen.instance.tags && draft.node(seen.instance.tags.node);
    const isItsOwn = row?.instance === undefined || row.instance === seen.instance.id;
    if (row !== undefined && isItsOwn) continue;
    const stray = note(seen, sight);
    found.add(stray.key);
    settle(stray, seen.instance, draft, sight);
  }
  forget(found, draft, sight);
}

function countForeign({ look, controller }: Sight): number {
  const all = [...look.listings.values()].flatMap(({ instances }) => instances);
  return all.filter(({ tags }) => tags?.controller !== controller).length;
}

/** By our own clock: what the provider says of its age is not asked. */
function note({ provider, instance }: Seen, { rows, look, now }: Sight): Stray {
  const key = `${provider}/${instance.id}`;
  const before = rows.strays.find((stray) => stray.key === key);
  const listing = look.listings.get(provider);
  const taken = listing?.taken ?? 0;
  const counts = listing?.complete === true && taken > (before?.lastListing ?? 0);
  const { node = '', pool = '', seat = { host: '', address: '' } } = instance.tags ?? {};
  return {
    ...{ key, provider, instance: instance.id, node, pool, seat },
    firstSeen: before?.firstSeen ?? now,
    listings: (before?.listings ?? 0) + (counts ? 1 : 0),
    lastListing: counts ? taken : (before?.lastListing ?? 0),
    ...(before?.ending && { ending: before.ending }),
  };
}

function settle(stray: Stray, instance: Instance, draft: Draft, sight: Sight): void {
  const { now, limits, past, pulse } = sight;
  draft.keepStray(stray);
  const isDue =
    now - stray.firstSeen >= limits.orphanGrace && stray.listings >= limits.orphanListings;
  if (!isDue) return;
  const isKnown = past.has(stray.node) || draft.node(stray.node) !== undefined;
  if (!isKnown && !pulse.armed) {
    const text = `${stray.key} is marked as ours, but the store knows nothing of it: it is left alone until a sweep is allowed`;
    draft.tellOnce(stray.key, { kind: 'alarm', pool: stray.pool, node: stray.node, text });
    return;
  }
  const adopted = isKnown ? undefined : adoptionOf(stray, instance, draft, sight);
  if (adopted !== undefined) {
    draft.adopt(adopted);
    draft.dropStray(stray.key);
    const text = `taken over: ${stray.key} carries our mark and a free seat`;
    draft.tell({ kind: 'stray', pool: stray.pool, node: stray.node, text });
  } else end(stray, draft, sight);
}

/** It may be a cluster's host with jobs: not ended until the batch system shows none there. */
function end(stray: Stray, draft: Draft, sight: Sight): void {
  const { now, batch, frozen, jobsOn } = sight;
  const { ending } = stray;
  if (batch === undefined || frozen) return;
  const holder = draft.nodes().find(({ seat }) => seat.host === stray.seat.host);
  const isTwin = holder?.id === stray.node;
  const isSeated = holder === undefined || isTwin;
  if (isSeated && (jobsOn.get(stray.seat.host) ?? 0) > 0) return;
  if (ending !== undefined && now - ending.last < ending.wait) return;
  const text = `ending ${stray.key}: ours, but no node's any more`;
  draft.tellOnce(stray.key, { kind: 'stray', pool: stray.pool, node: stray.node, text });
  draft.act({ do: 'end-stray', key: stray.key });
}

/** What a complete listing no longer has is over. */
function forget(found: ReadonlySet<string>, draft: Draft, { rows, look }: Sight): void {
  for (const { key, provider, lastListing } of rows.strays) {
    const listing = look.listings.get(provider);
    if (found.has(key) || listing?.complete !== true || listing.taken <= lastListing) continue;
    draft.dropStray(key);
    draft.hush(key);
  }
}
