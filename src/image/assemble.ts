import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bytes, formatSize } from '../base/units.ts';
import type { Host } from '../host/host.ts';
import { ImageError } from './errors.ts';
import { autoSize, mkfsCommand } from './filesystem.ts';
import type { AssembleStage } from './plan.ts';
import { type Complaint, runTool } from './run-tool.ts';
import { sessionScript } from './session.ts';
import type { Tools } from './tools.ts';

export interface AssembleOptions {
  readonly tools: Pick<Tools, 'mke2fs' | 'asRoot'>;
  /** Empty directory for the unpacked files. */
  readonly work: string;
  readonly epoch: number | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Unpacks the archive, puts the stage's entries over it and makes a filesystem image of both.
 *
 * @param target The image: a file that does not exist yet.
 * @throws {ImageError} `IMAGE_TOO_SMALL`, `DISK_FULL`, `ASSEMBLE_FAILED`
 */
export async function assemble(
  host: Host,
  { entries, size, key }: AssembleStage,
  tar: string,
  target: string,
  { tools, work, epoch, signal }: AssembleOptions,
): Promise<void> {
  const root = join(work, 'root');
  const contents = join(work, 'contents');
  await Promise.all([mkdir(root, { mode: 0o755 }), mkdir(contents)]);
  await Promise.all(
    entries.map((entry, i) =>
      entry.type === 'file' ? writeFile(join(contents, String(i)), entry.content) : undefined,
    ),
  );
  const bytes = chosenSize(size, (await stat(tar)).size);
  const mkfs = mkfsCommand(tools.mke2fs, { root, image: target, size: bytes, key });
  const script = sessionScript({ tar, root, contents, entries, mkfs });
  await runTool(host, [...tools.asRoot, 'sh', '-s'], {
    goal: 'put the image together',
    code: 'ASSEMBLE_FAILED',
    complaints: [tooSmall(bytes)],
    input: script,
    env: epoch === undefined ? {} : { E2FSPROGS_FAKE_TIME: String(epoch) },
    ...(signal !== undefined && { signal }),
  });
}

function chosenSize(size: Bytes | 'auto', contents: Bytes): Bytes {
  if (size === 'auto') return autoSize(contents);
  if (size > contents) return size;
  throw new ImageError(
    `Cannot put the image together: ${formatSize(contents)} of files do not fit into ${formatSize(size)}`,
    { kind: 'usage', code: 'IMAGE_TOO_SMALL', hint: ENLARGE },
  );
}

const ENLARGE = 'Raise "size" in the recipe, or leave it at auto.';

function tooSmall(size: Bytes): Complaint {
  return {
    pattern: /Could not allocate (?:block|inode)|inodes_count .* too big|[Ff]ilesystem too small/i,
    code: 'IMAGE_TOO_SMALL',
    kind: 'usage',
    reason: () => `its files do not fit into ${formatSize(size)}`,
    hint: ENLARGE,
  };
}
