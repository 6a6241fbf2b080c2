/**
 * The orchestrator's engine: it looks at batch system and providers, decides, and acts; nodes are never leaked, and
 * none is ended under its jobs.
 *
 * @module
 */

import { AppPotError } from '../base/errors.ts';

export type OrchestratorCode =
  | 'STORE_HELD' // another orchestrator works with it
  | 'STORE_UNUSABLE' // it cannot be opened, read or written
  | 'STORE_FOREIGN' // it is of another version, or of another program
  | 'EPOCH_LOST' // another orchestrator has taken over; this one must not do anything any more
  | 'DEADLINE_PASSED' // a call took too long; whether it did anything is unknown
  | 'NODE_UNKNOWN'
  | 'LISTENER_UNUSABLE';

export class OrchestratorError extends AppPotError<OrchestratorCode> {}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
