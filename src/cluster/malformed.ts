import { LaunchError } from '../launch/launch.ts';

/** A list of hosts that cannot be read. */
export function malformed(text: string, wanted: string): LaunchError {
  return new LaunchError(`Cannot read the hosts of the cluster: "${text}" is not ${wanted}`, {
    kind: 'usage',
    code: 'CLUSTER_MALFORMED',
    hint: 'Give a file with one host on each line: --hosts FILE.',
  });
}
