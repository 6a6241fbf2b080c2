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
  | 'STORE_MISSING'
  | 'NODE_UNKNOWN'
  | 'NODES_LEFT' // some nodes could not be started or ended; the others are
  | 'JOB_UNKNOWN'
  | 'KIND_UNAVAILABLE' // the file names a kind of something that is not built in
  | 'USER_UNKNOWN'
  | 'NODE_FILE_UNREADABLE' // what nodes are to be told cannot be read
  | 'LISTENER_UNUSABLE';

export class OrchestratorError extends AppPotError<OrchestratorCode> {}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
