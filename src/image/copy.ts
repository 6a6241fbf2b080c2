import { chmod } from 'node:fs/promises';
import type { Host } from '../host/host.ts';
import { runTool } from './run-tool.ts';

/** Copies an image to a writable file; runs of zeros become holes. */
export async function copyImage(
  host: Host,
  from: string,
  to: string,
  signal?: AbortSignal,
): Promise<void> {
  await runTool(host, ['cp', '--sparse=always', '--no-target-directory', from, to], {
    goal: `copy the image to "${to}"`,
    code: 'IMAGE_UNWRITABLE',
    ...(signal !== undefined && { signal }),
  });
  await chmod(to, 0o644);
}
