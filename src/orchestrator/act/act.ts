import { OrchestratorError, reasonOf } from '../errors.ts';
import type { Action } from '../plan/plan.ts';
import { cordon, uncordon } from './cordon.ts';
import { createInstance } from './create.ts';
import { endStray, terminate } from './end.ts';
import { remove, removeHost, revoke } from './remove.ts';
import type { Tools } from './tools.ts';

/**
 * Does one thing, and writes down what came of it. A failure is written down as well, and stops nothing else; only
 * the loss of the epoch does.
 *
 * @throws {OrchestratorError} `EPOCH_LOST`
 */
export async function act(action: Action, tools: Tools): Promise<void> {
  try {
    await perform(action, tools);
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === 'EPOCH_LOST') throw error;
    const at = tools.clock.now();
    const text = `${action.do}: ${reasonOf(error)}`;
    const about = 'node' in action ? { node: action.node } : {};
    tools.store.step(tools.epoch, (step) => step.tell({ at, kind: 'failure', text, ...about }));
  }
}

function perform(action: Action, tools: Tools): Promise<void> {
  switch (action.do) {
    case 'create':
      return createInstance(action.node, tools);
    case 'cordon':
      return cordon(action.node, action.reason, tools);
    case 'uncordon':
      return uncordon(action.node, tools);
    case 'remove':
      return remove(action.node, action.force, tools);
    case 'terminate':
      return terminate(action.node, action.instance, tools);
    case 'end-stray':
      return endStray(action.key, tools);
    case 'revoke':
      return revoke(action.node, tools);
    case 'remove-host':
      return removeHost(action.host, tools);
  }
}
