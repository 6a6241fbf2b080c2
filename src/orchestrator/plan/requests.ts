import type { NodeRow, Request } from '../rows.ts';
import type { Draft } from './draft.ts';
import type { Sight } from './sight.ts';

/** What operators asked for. It goes before every policy, but not before the proof that no job is left. */
export function obeyRequests(draft: Draft, { rows }: Sight): void {
  for (const request of rows.requests) {
    const row = draft.nodes().find(({ name, id }) => name === request.node || id === request.node);
    const answer =
      row === undefined ? `no such node lives: ${request.node}` : obey(request, row, draft);
    draft.answer(request.id, answer);
    const { kind, by } = request;
    draft.tell({
      kind: 'request',
      text: `${by}: ${kind}: ${answer}`,
      ...(row && { node: row.id }),
    });
  }
}

function obey(request: Request, row: NodeRow, draft: Draft): string {
  switch (request.kind) {
    case 'hold':
      draft.put({ ...row, heldUntil: request.until ?? draft.now + DAY });
      return 'held';
    case 'release': {
      const { heldUntil: _, ...rest } = row;
      draft.put(rest);
      return 'released';
    }
    default:
      return end(request, row, draft);
  }
}

const DAY = 86_400;

function end({ kind, by }: Request, row: NodeRow, draft: Draft): string {
  const { heldUntil: _, ...free } = row;
  const forced = kind === 'kill' ? { forcedBy: by } : {};
  const patch = { endReason: 'admin', note: `${by} asked for it`, ...forced } as const;
  switch (row.phase) {
    case 'planned':
      draft.become(free, 'cancelled', patch.note, patch);
      return 'cancelled';
    case 'requesting':
    case 'booting':
    case 'joining':
      draft.become(free, 'failed', patch.note, patch);
      return 'it will be ended';
    case 'ready':
      cordon(free, patch, draft);
      return kind === 'kill' ? 'it will be ended, whatever runs on it' : 'it drains';
    default:
      draft.put({ ...free, ...patch });
      return 'it is being ended already';
  }
}

export function cordon(row: NodeRow, patch: Partial<NodeRow>, draft: Draft): void {
  const { cordonAcked: _, ...rest } = row;
  const note = patch.note ?? patch.endReason ?? '';
  draft.become(rest, 'cordoning', note, { ...patch, cordonAsked: draft.now });
  draft.act({ do: 'cordon', node: row.id, reason: note });
}
