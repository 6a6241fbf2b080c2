import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { GridError } from './errors.ts';

export function outputMissing(name: string, target: string): GridError {
  return new GridError(`Cannot fetch "${name}": the job at "${target}" has no such file`, {
    kind: 'missing',
    code: 'OUTPUT_MISSING',
    hint: 'Look at what the job said with "apppot job cat".',
  });
}

export async function writeAll(file: FileHandle, body: Readable): Promise<void> {
  for await (const chunk of body) await file.writeFile(chunk as Buffer);
}
