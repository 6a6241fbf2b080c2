import { readFileSync } from 'node:fs';
import { explain } from '../base/errno.ts';
import { LaunchError } from '../launch/launch.ts';

/**
 * A small text file that the user, or the batch system, names.
 *
 * @throws {LaunchError} `CLUSTER_MALFORMED`
 */
export function readGiven(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new LaunchError(`Cannot read the hosts of the cluster in "${path}": ${explain(cause)}`, {
      kind: 'missing',
      code: 'CLUSTER_MALFORMED',
      hint: 'Give a file with one host on each line: --hosts FILE.',
      cause,
    });
  }
}
