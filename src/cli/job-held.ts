import { GridError } from '../grid/errors.ts';
import type { Seen } from '../grid/look.ts';
import type { Target } from '../grid/target.ts';
import type { GridDesk } from './grid-desk.ts';

/** A job that its target has. */
export interface Held extends Seen {
  readonly target: Target;
  readonly handle: string;
}

/** @throws {GridError} `JOB_UNSUBMITTED` */
export function held(seen: Seen, desk: GridDesk): Held {
  const { attempt, record, status } = seen;
  if (attempt?.handle === undefined) {
    throw new GridError(
      `Cannot reach the job "${record.id}": it is not at its target${status.reason === undefined ? ' yet' : ` (${status.reason})`}`,
      { kind: 'conflict', code: 'JOB_UNSUBMITTED', hint: 'Look at it with "apppot job show".' },
    );
  }
  return { ...seen, target: desk.open(attempt.target), handle: attempt.handle };
}

/** Those of many that their targets have. */
export function heldOnes(seen: readonly Seen[], desk: GridDesk): readonly Held[] {
  return seen.filter(({ attempt }) => attempt?.handle !== undefined).map((one) => held(one, desk));
}

export function unfinished(id: string, state: string): GridError {
  return new GridError(`Cannot do this to the job "${id}": it has not ended (${state})`, {
    kind: 'conflict',
    code: 'JOB_UNFINISHED',
    hint: `Wait with "apppot job wait ${id}", or end it with "apppot job kill ${id}".`,
  });
}
