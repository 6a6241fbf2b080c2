import { accessSync, constants, statfsSync, statSync } from 'node:fs';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import type { Bytes } from '../base/units.ts';
import { mountOf } from './mounts.ts';

/** What a directory has to offer. */
export interface Room {
  /** What an ordinary user may still write; quotas are not seen. */
  readonly free: Bytes;
  /** Why no file can be made there. */
  readonly fault?: string;
  /** Programs there may not be executed. */
  readonly isNoexec: boolean;
}

/** Looks at a directory without writing to it. */
export function roomIn(directory: string): Room {
  try {
    if (!statSync(directory).isDirectory()) {
      return { free: 0, fault: 'is no directory', isNoexec: false };
    }
    const isNoexec = mountOf(directory).options.includes('noexec');
    const { bavail, bsize } = statfsSync(directory);
    const fault = faultOf(directory);
    return { free: bavail * bsize, isNoexec, ...(fault !== undefined && { fault }) };
  } catch (error) {
    return { free: 0, fault: `cannot be used (${explain(error)})`, isNoexec: false };
  }
}

function faultOf(directory: string): string | undefined {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    return errnoOf(error) === 'EROFS' ? 'is read-only' : 'may not be written to';
  }
}
