import type { Client } from 'ssh2';
import { HostError } from '../host.ts';

export type Done<T> = (error: Error | null | undefined, value?: T) => void;

/**
 * Asks a connection for something. An answer that never comes because the connection is lost is a failure, too.
 *
 * @param fault Makes a failure of ours of one that is an answer.
 */
export function ask<T>(
  client: Client,
  name: string,
  question: (done: Done<T>) => void,
  fault: (error: Error) => HostError = (error) => lost(name, error),
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(lost(name));
    client.once('close', onClose);
    question((error, value) => {
      client.off('close', onClose);
      if (error) reject(fault(error));
      else resolve(value as T);
    });
  });
}

export function lost(name: string, cause?: unknown): HostError {
  return new HostError(`Cannot reach "${name}" by ssh: the connection was lost`, {
    kind: 'remote',
    code: 'HOST_UNREACHABLE',
    hint: 'Try again.',
    cause,
  });
}
