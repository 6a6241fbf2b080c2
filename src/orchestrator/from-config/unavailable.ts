import { OrchestratorError } from '../errors.ts';

export function unavailable(what: string, kind: string): OrchestratorError {
  return new OrchestratorError(`Cannot use the ${what} "${kind}": it is not built in`, {
    kind: 'usage',
    code: 'KIND_UNAVAILABLE',
  });
}
