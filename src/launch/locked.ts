import { type LockHolder, lockHolder } from '../host/locks.ts';
import { type Disk, LaunchError } from './launch.ts';

/**
 * Names who stands in the way of using the files of a disk: the kernel would only panic.
 *
 * @throws {LaunchError} `COW_LOCKED`
 */
export function checkLocks(disk: Disk, image: string): void {
  if (disk.kind === 'image') refuse('write to the image', image, 'write');
  else refuse('read the image', image, 'read');
  if (disk.kind === 'cow' && disk.exists) refuse('write to the COW file', disk.path, 'write');
}

function refuse(what: string, path: string, kind: 'read' | 'write'): void {
  const holder = lockHolder(path, kind);
  if (holder === undefined) return;
  throw new LaunchError(`Cannot ${what} "${path}": ${nameOf(holder)} is using it`, {
    kind: 'conflict',
    code: 'COW_LOCKED',
    hint: 'Give each guest a COW file of its own, or make the base image read-only.',
  });
}

function nameOf({ pid, words, program }: LockHolder): string {
  const guest = words.find((word) => word.startsWith('umid='))?.slice('umid='.length);
  const name = guest === undefined ? program : `the guest "${guest}"`;
  return name === '' ? 'another program' : `${name} (process ${pid})`;
}
