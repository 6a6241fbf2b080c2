import { execFile } from 'node:child_process';
import { HostError } from './host.ts';

/**
 * Makes a FIFO that only its owner may use: by mkfifo(1), because Node.js has no call for it.
 *
 * @throws {HostError} `FIFO_UNUSABLE`
 */
export function makeFifo(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(MKFIFO, ['-m', '600', path], (error, _, stderr) => {
      if (error === null) resolve();
      else reject(unusable(path, error, stderr));
    });
  });
}

/** A part of every system, wherever a bare `PATH` leads. */
const MKFIFO = '/usr/bin/mkfifo';

function unusable(path: string, cause: Error, stderr: string): HostError {
  const isMissing = 'code' in cause && cause.code === 'ENOENT';
  const reason = isMissing ? `there is no program "${MKFIFO}"` : stderr.trimEnd();
  return new HostError(`Cannot make the FIFO "${path}": ${reason}`, {
    kind: 'conflict',
    code: 'FIFO_UNUSABLE',
    hint: isMissing
      ? 'Install it (apt-get install coreutils).'
      : 'Set TMPDIR to a directory of your own on a local disk.',
    cause,
  });
}
