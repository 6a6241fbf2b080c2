/**
 * Inputs and outputs at addresses: an ARC service moves them itself; for all other targets inputs are fetched
 * here, and outputs cannot be put anywhere.
 *
 * @module
 */

import { createWriteStream } from 'node:fs';
import { chmod, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { errnoOf } from '../base/errors.ts';
import type { JobDescription } from './description.ts';
import type { TargetSpec } from './records/record.ts';
import { isLinked, type SandboxPlan, type Staging } from './sandbox.ts';
import { SandboxError } from './sandbox-error.ts';

const MOVERS: ReadonlySet<string> = new Set(['arc', 'arc-cli']);

function moves({ kind }: TargetSpec): boolean {
  return MOVERS.has(kind);
}

/** @throws {SandboxError} `OUTPUT_ELSEWHERE` when one of the targets cannot put an output where it shall be. */
export function checkAddresses({ outputs }: JobDescription, targets: readonly TargetSpec[]): void {
  const output = outputs.find(({ url }) => url !== undefined);
  const target = targets.find((spec) => !moves(spec));
  if (output === undefined || target === undefined) return;
  throw new SandboxError(
    `Cannot put "${output.name}" at "${output.url}": a job on ${target.kind} can do no such thing`,
    {
      kind: 'usage',
      code: 'OUTPUT_ELSEWHERE',
      hint: 'List it without an address, and fetch it with "apppot job fetch".',
    },
  );
}

/**
 * Fetches into a sandbox what one of the targets would not fetch itself.
 *
 * @throws {SandboxError} `INPUT_UNREADABLE`
 */
export async function fetchAddresses(
  { remote }: SandboxPlan,
  { directory, shared = new Map() }: Pick<Staging, 'directory' | 'shared'>,
  targets: readonly TargetSpec[],
): Promise<void> {
  if (targets.every(moves)) return;
  for (const { name, url, isExecutable } of remote) {
    const path = join(directory, name);
    const key = `url ${isExecutable} ${url}`;
    await mkdir(dirname(path), { recursive: true });
    if (await isLinked(shared.get(key), path)) continue;
    await fetchOne(url, path);
    if (isExecutable) await chmod(path, 0o755);
    shared.set(key, path);
  }
}

async function fetchOne(url: string, path: string): Promise<void> {
  if (!/^https?:/.test(url)) throw lost(url, 'only http and https addresses can be fetched here');
  try {
    const answer = await fetch(url);
    if (!answer.ok || answer.body === null) throw lost(url, `it answered ${answer.status}`);
    await pipeline(Readable.fromWeb(answer.body as ReadableStream), createWriteStream(path));
  } catch (error) {
    await rm(path, { force: true });
    if (error instanceof SandboxError || !(error instanceof Error)) throw error;
    const cause = error.cause ?? error;
    throw lost(url, errnoOf(cause) ?? (cause instanceof Error ? cause.message : String(cause)));
  }
}

function lost(url: string, reason: string): SandboxError {
  return new SandboxError(`Cannot fetch "${url}" for the job: ${reason}`, {
    kind: 'missing',
    code: 'INPUT_UNREADABLE',
  });
}
