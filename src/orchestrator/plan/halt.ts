import type { Draft } from './draft.ts';
import type { Sight } from './sight.ts';

/** When much of what is ready is down, the fault is more likely ours, or the network's, than the nodes'. */
export function haltReason(draft: Draft, sight: Sight): string | undefined {
  if (sight.batch === undefined) return undefined;
  const ready = draft.nodes().filter(({ phase }) => phase === 'ready');
  const down = ready.filter((row) => sight.hostOf(row)?.state !== 'up').length;
  const { unreadyMost, unreadyShare } = sight.limits;
  if (down <= unreadyMost || down <= ready.length * unreadyShare) return undefined;
  return `${down} of ${ready.length} ready nodes are down`;
}
