/**
 * A guest without an image: its root is a directory of the host with two programs in it.
 *
 * @module
 */

import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { explain } from '../base/errno.ts';
import { GUEST_INIT, LaunchError } from '../launch/launch.ts';
import { chooseTemporary, type StartRequest } from '../launch/plan.ts';
import type { Place } from './place.ts';

const GAUGE = 'gauge';
const MOUNT_POINTS = ['dev', 'proc', 'run', 'sys', 'tmp', 'home/user/job'];

/**
 * Makes the directory, and removes it after the work.
 *
 * @param work Is given what to start; its command is a program that does nothing.
 * @throws {LaunchError} `TEMP_UNUSABLE`, and what the work throws.
 */
export async function withBareGuest<T>(
  place: Place,
  work: (request: StartRequest) => Promise<T>,
): Promise<T> {
  const parent = dirname(chooseTemporary(place, 'doctor'));
  const fail = (cause: unknown): never => {
    throw unusable(parent, cause);
  };
  const directory = await mkdtemp(join(parent, 'apppot-doctor-')).catch(fail);
  try {
    await fill(directory, place.kit).catch(fail);
    return await work(request(directory, place));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function unusable(parent: string, cause: unknown): LaunchError {
  return new LaunchError(`Cannot make a tiny guest in "${parent}": ${explain(cause)}`, {
    kind: 'conflict',
    code: 'TEMP_UNUSABLE',
    hint: 'Set TMPDIR to a directory of your own, on a local disk with room.',
    cause,
  });
}

async function fill(directory: string, kit: string): Promise<void> {
  const init = join(directory, 'root', GUEST_INIT);
  const points = MOUNT_POINTS.map((path) => join(directory, 'root', path));
  for (const path of [dirname(init), ...points]) await mkdir(path, { recursive: true });
  await copyFile(join(kit, 'guest/apppot-init'), init);
  await copyFile(join(kit, 'native/apppot-gauge'), join(directory, 'root', GAUGE));
  for (const path of [init, join(directory, 'root', GAUGE)]) await chmod(path, 0o755);
  await writeFile(join(directory, 'no.img'), emptyFilesystem());
}

/** The kernel is given another root; its disk only has to pass for one. */
function request(directory: string, { wanted }: Place): StartRequest {
  const { memory, kernel, confine } = wanted;
  const root = join(directory, 'root');
  return {
    name: `doctor.${process.pid}`,
    image: join(directory, 'no.img'),
    memory,
    confine,
    jobdir: root,
    command: [`/${GAUGE}`, 'true'],
    extra: ['root=/dev/root', 'rootfstype=hostfs', `rootflags=${root}`],
    ...(kernel !== undefined && { kernel }),
  };
}

/** A superblock of no blocks: the magic number of ext2 in its place. */
function emptyFilesystem(): Buffer {
  const bytes = Buffer.alloc(8_192);
  bytes.writeUInt16LE(0xef53, 1_024 + 0x38);
  return bytes;
}
