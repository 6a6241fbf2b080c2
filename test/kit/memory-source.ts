import { corrupt } from '../../src/tree/block/faults.ts';
import type { FileSource } from '../../src/tree/block/file.ts';

/** Bytes in memory, read as an image file would be. */
export function memorySource(bytes: Uint8Array, name = 'memory', mtime = 0): FileSource {
  return {
    name,
    identity: name,
    size: bytes.length,
    mtime,
    read: (target, offset) => {
      if (offset < 0 || offset + target.length > bytes.length)
        throw corrupt(name, 'beyond its end');
      target.set(bytes.subarray(offset, offset + target.length));
    },
    close: () => undefined,
  };
}
