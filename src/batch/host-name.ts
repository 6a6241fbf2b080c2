import type { HostName } from '../model/job.ts';
import { BatchError } from './batch.ts';

/**
 * Names become words of commands: nothing else than a name may pass.
 *
 * @throws {BatchError} `BATCH_REFUSED`
 */
export function checkHostName(name: HostName): HostName {
  if (/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/i.test(name)) return name;
  throw new BatchError(
    `Cannot use the host name ${JSON.stringify(name)}: letters, digits, dots and dashes are expected`,
    { kind: 'usage', code: 'BATCH_REFUSED' },
  );
}
