import { OrchestratorError } from '../errors.ts';
import type { Epoch } from './store.ts';

export function epochLost(mine: Epoch, found: Epoch): OrchestratorError {
  return new OrchestratorError(
    `Cannot go on: another orchestrator has taken over (its epoch is ${found}, ours was ${mine})`,
    {
      kind: 'conflict',
      code: 'EPOCH_LOST',
      hint: 'Let one orchestrator work with a store',
    },
  );
}

export function nameTaken(name: string): OrchestratorError {
  return new OrchestratorError(`Cannot plan node "${name}": that name was used before`, {
    kind: 'conflict',
    code: 'STORE_UNUSABLE',
  });
}

export function held(path: string): OrchestratorError {
  return new OrchestratorError(
    `Cannot open the store "${path}": another orchestrator works with it`,
    {
      kind: 'conflict',
      code: 'STORE_HELD',
      hint: 'End the other one, or give this one a store of its own',
    },
  );
}

export function unusable(path: string, cause: unknown): OrchestratorError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new OrchestratorError(`Cannot use the store "${path}": ${reason}`, {
    kind: 'conflict',
    code: 'STORE_UNUSABLE',
    hint: 'Free the disk, or correct the permissions',
    cause,
  });
}

export function foreign(path: string, found: string, wanted: string): OrchestratorError {
  return new OrchestratorError(
    `Cannot open the store "${path}": it is ${found}, and this program reads ${wanted}`,
    { kind: 'conflict', code: 'STORE_FOREIGN', hint: 'Name another file' },
  );
}
