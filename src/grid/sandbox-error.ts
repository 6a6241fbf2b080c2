import { AppPotError } from '../base/errors.ts';

/** `INPUT_RESERVED`: a name that the job's own files have. `RTE_MALFORMED`: a name that ARC refuses. */
export type SandboxCode =
  | 'INPUT_RESERVED'
  | 'INPUT_UNREADABLE'
  | 'OUTPUT_ELSEWHERE'
  | 'RTE_MALFORMED';

export class SandboxError extends AppPotError<SandboxCode> {}
