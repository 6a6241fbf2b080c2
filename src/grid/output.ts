import { GridError } from './errors.ts';

export function outputMissing(name: string, target: string): GridError {
  return new GridError(`Cannot fetch "${name}": the job at "${target}" has no such file`, {
    kind: 'missing',
    code: 'OUTPUT_MISSING',
    hint: 'Look at what the job said with "apppot job cat".',
  });
}
