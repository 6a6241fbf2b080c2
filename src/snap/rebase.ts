/**
 * Rebasing: a bundle made on one base is bound to another. What both sides changed is a conflict and
 * stays out of the new bundle.
 *
 * @module
 */

import { NO_PACE, type Pace } from '../base/pace.ts';
import type { BytePath, Tree } from '../tree/tree.ts';
import { encodeStart, writeArchive } from './bundle.ts';
import { readBundle } from './bundle-read.ts';
import type { ChangeCounts } from './change.ts';
import { SnapError } from './errors.ts';
import type { BundleHead } from './head.ts';
import { type Conflict, judge } from './judge.ts';
import { needsEscape } from './names.ts';
import { padding } from './tar/body.ts';
import type { Member } from './tar/read.ts';
import { encodeHead } from './tar/write.ts';

export interface RebasePlan {
  /** Of the bundle as it was. */
  readonly head: BundleHead;
  readonly conflicts: readonly Conflict[];
  /** Deleted in the new bundle. */
  readonly deletions: ReadonlySet<BytePath>;
  /** Put by the new bundle. */
  readonly entries: ReadonlySet<BytePath>;
  /** How many of those the new base lacks. */
  readonly added: number;
}

/**
 * Compares what a bundle holds with what became of its base. Of the two bases only listings are
 * needed: files of equal attributes are taken for equal.
 *
 * @param oldBase What the bundle was made on.
 * @throws {SnapError} `BASE_MISMATCH` when it was not, and what reading a bundle throws.
 */
export async function planRebase(
  file: string,
  oldBase: Tree & { readonly digest: string },
  newBase: Tree,
  pace: Pace = NO_PACE,
): Promise<RebasePlan> {
  const verdicts = await judge(oldBase, newBase, pace);
  let head: BundleHead | undefined;
  for await (const part of readBundle(file, pace)) {
    if (part.kind === 'head') {
      head = part.head;
      checkBase(file, head, oldBase.digest);
    } else if (part.kind === 'delete') verdicts.onDelete(part.path);
    else verdicts.onPut(part.entry, part.member.link);
  }
  if (head === undefined) throw new RangeError('a bundle without a head');
  return { head, ...verdicts.plan() };
}

/**
 * Writes what a plan leaves of a bundle, bound to the new base.
 *
 * @throws {HostError} `FILE_UNWRITABLE`, and what reading a bundle throws.
 */
export async function rebaseBundle(
  file: string,
  output: string,
  plan: RebasePlan,
  facts: Omit<BundleHead, keyof ChangeCounts>,
  pace: Pace = NO_PACE,
): Promise<BundleHead> {
  const { entries, added } = plan;
  const deletions = [...plan.deletions];
  const counts = { added, modified: entries.size - added, deleted: deletions.length };
  const head = { ...facts, ...counts };
  const escaped = [...entries].filter(needsEscape).length;
  await writeArchive(output, async (write) => {
    for (const chunk of encodeStart({ head, deletions, escaped })) await write(chunk);
    for await (const part of readBundle(file, pace, 'copying')) {
      if (part.kind === 'entry' && entries.has(part.entry.path))
        await copyMember(write, part.member);
    }
  });
  return head;
}

async function copyMember(
  write: (chunk: Buffer) => Promise<void>,
  { entry, link, xattrs, stored, chunks }: Member,
): Promise<void> {
  for (const chunk of encodeHead(entry, { name: entry.path, link, xattrs }, stored)) {
    await write(chunk);
  }
  for await (const chunk of chunks()) await write(chunk);
  await write(padding(stored.size));
}

function checkBase(file: string, head: BundleHead, base: string): void {
  if (head.base === base) return;
  throw new SnapError(
    `Cannot rebase bundle "${file}": it was made on base ${head.base} but the manifest is of ${base}`,
    {
      kind: 'conflict',
      code: 'BASE_MISMATCH',
      hint: 'Name the manifest of its own base with --base.',
    },
  );
}
