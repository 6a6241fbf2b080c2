import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GridError } from '../grid/errors.ts';
import type { GridDesk } from './grid-desk.ts';
import type { Asked } from './job.ts';
import { type Held, held, heldOnes } from './job-held.ts';

interface CatFlags {
  readonly stderr: boolean;
  readonly file?: string;
}

/** Prints a file of a job, or of all jobs of a sweep that have it, by their numbers. */
export async function cat({ one, all }: Asked, desk: GridDesk, flags: CatFlags): Promise<void> {
  const seen = await desk.look(all);
  if (one !== undefined) {
    for (const single of seen) await print(held(single, desk), flags);
    return;
  }
  for (const job of heldOnes(seen, desk)) await print(job, flags).catch(passOver);
}

function passOver(error: unknown): void {
  if (!(error instanceof GridError && error.code === 'OUTPUT_MISSING')) throw error;
}

async function print(job: Held, { stderr, file }: CatFlags): Promise<void> {
  const { target, handle, record } = job;
  const directory = mkdtempSync(join(tmpdir(), 'apppot-cat-'));
  try {
    const { stdout: usual, stderr: messages } = record.description;
    const to = join(directory, 'file');
    await target.fetch(handle, file ?? (stderr ? messages : usual), to);
    for await (const chunk of createReadStream(to)) await write(chunk as Buffer);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function write(chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
