import { join } from 'node:path';
import type { Machine } from '../../host/machine.ts';

/** Where a machine keeps jobs of a kind of target: under its user's home, unless another place is named. */
export function jobsBase(
  machine: Machine,
  kind: string,
  named: string | undefined,
): () => Promise<string> {
  let found: Promise<string> | undefined;
  return () => {
    found ??=
      named === undefined
        ? machine.home().then((home) => join(home, '.local/state/apppot', kind))
        : Promise.resolve(join(named, kind));
    return found;
  };
}
