import { execFile } from 'node:child_process';
import { HostError } from './host.ts';

/**
 * Makes a FIFO that only its owner may use: by mkfifo(1), because Node.js has no call for it.
 *
 * @throws {HostError} `FIFO_UNUSABLE`
 */
export function makeFifo(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile('mkfifo', ['-m', '600', path], (error, _, stderr) => {
      if (error === null) resolve();
      else reject(unusable(path, error, stderr));
    });
  });
}

function unusable(path: string, cause: Error, stderr: string): HostError {
  const isMissing = 'code' in cause && cause.code === 'ENOENT';
  const reason = isMissing ? 'there is no program "mkfifo" in PATH' : stderr.trimEnd();
  return new HostError(`Cannot make the FIFO "${path}": ${reason}`, {
    kind: 'conflict',
    code: 'FIFO_UNUSABLE',
    hint: isMissing
      ? 'Install it (apt-get install coreutils).'
      : 'Set TMPDIR to a directory of your own on a local disk.',
    cause,
  });
}
