/**
 * Merges a bundle into a directory. It is read through once before anything is touched; then what it
 * deletes goes, and what it holds is unpacked by GNU tar, because Node can set neither nanosecond times
 * nor extended attributes. A merge that was cut off is run again, with the same result.
 *
 * @module
 */

import { realpathSync } from 'node:fs';
import { explain } from '../base/errno.ts';
import { errnoOf } from '../base/errors.ts';
import { NO_PACE, type Pace } from '../base/pace.ts';
import { toBytePath } from '../tree/byte-path.ts';
import type { BytePath } from '../tree/tree.ts';
import { readBundle } from './bundle-read.ts';
import { SnapError } from './errors.ts';
import type { BundleHead } from './head.ts';
import { landing } from './landing.ts';
import { removeBelow } from './remove.ts';
import { unpack } from './unpack.ts';

export interface MergeOptions {
  /** Digest of the base that the directory came from; undefined to merge whatever it is. */
  readonly base?: string | undefined;
  /** Check everything, change nothing. */
  readonly dryRun?: boolean;
  /** Receives each path as it is deleted (`-`) or put (`+`). */
  readonly onPath?: (mark: '+' | '-', path: BytePath) => void;
  readonly pace?: Pace;
}

/**
 * @param file A bundle.
 * @param root A directory; nothing outside it, and no other filesystem in it, is touched.
 * @throws {SnapError} `ROOT_UNUSABLE`, `BASE_MISMATCH`, `MERGE_CONFLICT` (all before anything was
 * touched), `MERGE_INCOMPLETE`, and what reading a bundle throws.
 */
export async function mergeBundle(
  file: string,
  root: string,
  { base, dryRun = false, onPath = () => undefined, pace = NO_PACE }: MergeOptions = {},
): Promise<BundleHead> {
  const real = realRoot(root);
  const top = real === '/' ? '' : toBytePath(real);
  const { head, deletions } = await survey(file, top, base, pace);
  if (dryRun) return head;
  pace.begin({ doing: 'removing', entries: deletions.length });
  for (const path of deletions) {
    onPath('-', path);
    removeBelow(top, path);
    if (pace.step(1)) await pace.rest();
  }
  await unpack(file, real, (path) => onPath('+', path), pace);
  return head;
}

function realRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch (cause) {
    throw new SnapError(`Cannot merge into "${root}": ${explain(cause)}`, {
      kind: errnoOf(cause) === 'ENOENT' ? 'missing' : 'conflict',
      code: 'ROOT_UNUSABLE',
      cause,
    });
  }
}

interface Survey {
  readonly head: BundleHead;
  readonly deletions: readonly BytePath[];
}

/** Reads all of the bundle and looks where each of its paths would land. */
async function survey(
  file: string,
  root: BytePath,
  base: string | undefined,
  pace: Pace,
): Promise<Survey> {
  const deletions: BytePath[] = [];
  const land = landing(root);
  let head: BundleHead | undefined;
  for await (const part of readBundle(file, pace, 'checking')) {
    if (part.kind === 'head') {
      head = part.head;
      checkBase(file, head, base);
    } else if (part.kind === 'delete') {
      deletions.push(part.path);
      land.deleted(part.path);
    } else land.check(part.entry);
  }
  land.finish(file);
  if (head === undefined) throw new RangeError('a bundle without a head');
  return { head, deletions };
}

function checkBase(file: string, head: BundleHead, base: string | undefined): void {
  if (base === undefined || head.base === base) return;
  throw new SnapError(
    `Cannot merge bundle "${file}": it was made on base ${head.base} but this is ${base}`,
    {
      kind: 'conflict',
      code: 'BASE_MISMATCH',
      hint: 'Merge it onto its own base, or rebase it with "apppot snap rebase".',
    },
  );
}
