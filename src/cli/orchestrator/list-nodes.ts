import { systemClock } from '../../host/system-clock.ts';
import type { Node } from '../../model/node.ts';
import { isOver } from '../../model/node.ts';
import { toNode } from '../../orchestrator/view.ts';
import type { Deps } from '../deps.ts';
import { renderRows } from '../table.ts';
import { atStore } from './at-store.ts';
import type { FileFlags } from './file.ts';
import { timeOf } from './time.ts';

export async function listNodes(
  flags: FileFlags & { readonly all: boolean; readonly json?: boolean },
  deps: Deps,
): Promise<void> {
  await atStore(flags, deps, (store) => {
    const all = store.all().map(toNode);
    const nodes = flags.all ? all : all.filter(({ phase }) => !isOver(phase));
    deps.output(flags.json).result({ nodes }, renderNodes(nodes));
  });
}

function renderNodes(nodes: readonly Node[]): string {
  if (nodes.length === 0) return 'no nodes';
  return renderRows([
    ['NAME', 'POOL', 'PHASE', 'SINCE', 'HOST', 'USED', 'WHY'],
    ...nodes.map((node) => [
      ...[node.name, node.pool, node.phase, timeOf(node.since)],
      ...[node.seat.host, String(node.used), why(node)],
    ]),
  ]);
}

function why({ endReason, note, startReason, heldUntil = 0 }: Node): string {
  if (endReason !== undefined) return `${endReason}${note ? `: ${note}` : ''}`;
  const isHeld = heldUntil > systemClock.now();
  return isHeld ? `held until ${timeOf(heldUntil)}; ${startReason}` : startReason;
}
