import { openAll, setupOf } from '../../orchestrator/from-config/open.ts';
import { orchestrator } from '../../orchestrator/orchestrator.ts';
import type { Plan } from '../../orchestrator/plan/plan.ts';
import type { Deps } from '../deps.ts';
import type { OrchestrateFlags } from '../orchestrate.ts';
import { openFile } from './file.ts';
import { placeOf } from './place.ts';
import { storeToLookAt } from './store.ts';

/** Tells what a cycle would do. */
export async function previewOrchestrator(flags: OrchestrateFlags, deps: Deps): Promise<void> {
  const place = placeOf(deps);
  const policy = await openFile(flags.config, deps);
  const store = await storeToLookAt(policy.settings);
  const opened = await openAll(policy.settings, place);
  try {
    const setup = { ...setupOf(policy.settings, opened, place), store, policy, arm: flags.arm };
    const plan = await orchestrator(setup).preview();
    const { starts, actions, entries } = plan;
    const said = { at: plan.at, policy: policy.id, starts, actions, entries };
    deps.output(flags.json).result(said, renderPlan(plan));
  } finally {
    await opened.close();
    store.close();
    await policy.close();
  }
}

export function renderPlan({ starts, actions, entries }: Plan): string {
  const lines = [
    ...starts.map(({ pool, reason }) => `start a node of ${pool}: ${reason}`),
    ...actions.map(({ do: what, ...of }) => `${what} ${Object.values(of).join(' ')}`.trim()),
    ...entries.map(({ node, pool, text }) => `note ${node ?? pool ?? ''}: ${text}`),
  ];
  return lines.length === 0 ? 'nothing is to be done' : lines.join('\n');
}
