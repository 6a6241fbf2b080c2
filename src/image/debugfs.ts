import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { ImageError } from './errors.ts';
import { runTool } from './run-tool.ts';

export interface DebugfsOptions {
  readonly debugfs: string;
  /** Directory for the list of requests; relative host paths in requests start there. */
  readonly work: string;
  /** Seconds since 1970 that new inodes get instead of now. */
  readonly epoch: number | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Changes an image that nobody has mounted, by requests of debugfs(8).
 *
 * @throws {ImageError} `IMAGE_BROKEN` with debugfs's first complaint: its exit status says nothing.
 */
export async function changeImage(
  host: Host,
  image: string,
  requests: readonly string[],
  { debugfs, work, epoch, signal }: DebugfsOptions,
): Promise<void> {
  const list = join(work, 'requests');
  await writeFile(list, `${requests.join('\n')}\n`);
  const { stderr } = await runTool(host, [debugfs, '-w', '-f', list, image], {
    goal: `change "${image}"`,
    code: 'IMAGE_BROKEN',
    cwd: work,
    env: epoch === undefined ? {} : { E2FSPROGS_FAKE_TIME: String(epoch) },
    ...(signal !== undefined && { signal }),
  });
  const complaint = complaintsOf(stderr)[0];
  if (complaint === undefined) return;
  throw new ImageError(`Cannot change "${image}": ${complaint}`, {
    kind: 'remote',
    code: 'IMAGE_BROKEN',
  });
}

/** Text of a file in an image; empty when the file is not there. */
export async function readImageFile(
  host: Host,
  debugfs: string,
  image: string,
  path: string,
): Promise<string> {
  const { stdout } = await runTool(host, [debugfs, '-R', `cat ${path}`, image], {
    goal: `read "${image}"`,
    code: 'IMAGE_BROKEN',
  });
  return stdout;
}

function complaintsOf(stderr: string): string[] {
  return stderr.split('\n').filter((line) => line !== '' && !/^debugfs \d/.test(line));
}
