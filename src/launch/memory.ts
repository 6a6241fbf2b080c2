/**
 * Where the file behind the guest's memory goes: shared memory when that can take it, because a
 * file on a disk is written back by and by; else the temporary directory.
 *
 * @module
 */

import { totalmem } from 'node:os';
import { type Bytes, formatSize } from '../base/units.ts';
import { type Room, roomIn } from '../host/room.ts';
import { type Confinement, LaunchError, type MemoryPlace } from './launch.ts';

const SHARED = '/dev/shm';

/**
 * @param temporary The directory to fall back to, which exists.
 * @throws {LaunchError} `MEMORY_UNPLACED` when neither can take it.
 */
export function chooseMemoryPlace(
  memory: Bytes,
  confinement: Confinement,
  temporary: string,
): MemoryPlace {
  const shared = confinement.kind === 'bwrap' ? privateRoom(totalmem()) : roomIn(SHARED);
  const sharedFault = memoryFault(shared, memory);
  if (sharedFault === undefined) return 'shared';
  const fault = memoryFault(roomIn(temporary), memory);
  if (fault === undefined) return 'temporary';
  throw new LaunchError(
    `Cannot place the guest's memory of ${formatSize(memory)}: ` +
      `${SHARED} ${sharedFault}, and "${temporary}" ${fault}`,
    {
      kind: 'conflict',
      code: 'MEMORY_UNPLACED',
      hint: 'Give the guest less with --mem, or set TMPDIR to a directory that can take it.',
    },
  );
}

/** The sandbox has a filesystem of its own there, of the size that the kernel gives by default. */
function privateRoom(total: Bytes): Room {
  return { free: total / 2, isNoexec: false };
}

/** Why a directory cannot hold a guest's memory, which is executed; undefined when it can. */
export function memoryFault(room: Room, memory: Bytes): string | undefined {
  if (room.fault !== undefined) return room.fault;
  if (room.isNoexec) return 'is mounted noexec';
  return room.free > memory ? undefined : `has ${formatSize(room.free)} free`;
}
