import { userInfo } from 'node:os';
import { systemClock } from '../../host/system-clock.ts';
import { isOver } from '../../model/node.ts';
import { OrchestratorError } from '../../orchestrator/errors.ts';
import type { RequestKind } from '../../orchestrator/rows.ts';
import type { Store } from '../../orchestrator/store/store.ts';
import type { Deps } from '../deps.ts';
import { atStore } from './at-store.ts';
import type { FileFlags } from './file.ts';

type AskFlags = FileFlags & { readonly json?: boolean; readonly for?: number };

/**
 * Writes down what an operator wants; the orchestrator obeys in its next cycle, and goes on to prove that no job is
 * left before it ends a node.
 *
 * @throws {OrchestratorError} `NODE_UNKNOWN`; then nothing is asked.
 */
export async function requestNodes(
  kind: RequestKind,
  names: readonly string[],
  flags: AskFlags,
  deps: Deps,
): Promise<void> {
  await atStore(flags, deps, (store) => {
    const nodes = names.map((name) => liveName(name, store));
    const at = systemClock.now();
    const until = flags.for === undefined ? {} : { until: at + flags.for };
    const asked = nodes.map((node) => ({
      node,
      request: store.request({ at, kind, node, by: whoAsks(), ...until }),
    }));
    const text = `asked for in the next cycle: ${kind} ${nodes.join(', ')}`;
    deps.output(flags.json).result({ kind, asked }, text);
  });
}

function liveName(name: string, store: Store): string {
  const row = store.find(name);
  if (row !== undefined && !isOver(row.phase)) return row.name;
  const found = row === undefined ? 'no node has that name' : `it is ${row.phase}`;
  throw new OrchestratorError(`Cannot ask anything of node "${name}": ${found}`, {
    kind: 'missing',
    code: 'NODE_UNKNOWN',
    hint: 'List them: apppot nodes',
  });
}

/** Who is behind sudo(8), where it says so. */
function whoAsks(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 0}`;
  }
}
