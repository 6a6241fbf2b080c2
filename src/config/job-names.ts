import { posix } from 'node:path';

/** Whether a file or directory of a job can be called so, on every kind of target. */
export function isJobName(name: string): boolean {
  return (
    posix.normalize(`${name}/`) === `${name.replace(/\/$/, '')}/` &&
    !/^(?:\/|\.\/|\.\.\/|@)/.test(`${name}/`) &&
    !hasControl(name)
  );
}

export const JOB_NAME =
  'a path in the job directory, without "..", line ends or an "@" at its start';

/** Line ends and such: they end a line in what a service keeps about a job. */
export function hasControl(text: string): boolean {
  return /[\p{Cc}\p{Cs}]/u.test(text);
}

/** Whether a stream of the job can go to a file of this name: ARC puts the name into a shell script as it is. */
export function isStreamName(name: string): boolean {
  return /^[\p{L}\p{N}_.][\p{L}\p{N}\p{M}_.+=,:%@-]*$/u.test(name) && isJobName(name);
}
