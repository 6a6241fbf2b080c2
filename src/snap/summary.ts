import { NO_PACE } from '../base/pace.ts';
import type { Bytes } from '../base/units.ts';
import type { BytePath, EntryType } from '../tree/tree.ts';
import { readBundle } from './bundle-read.ts';
import type { BundleHead } from './head.ts';

export interface BundleEntry {
  readonly path: BytePath;
  readonly type: EntryType;
  /** A file's length; what a hard link shares with an entry before it is not counted again. */
  readonly size: Bytes;
}

/** What is inside a bundle; having read it to its end, it is whole. */
export interface BundleSummary {
  readonly head: BundleHead;
  readonly deletions: readonly BytePath[];
  readonly entries: readonly BundleEntry[];
}

/** @throws {SnapError} `BUNDLE_UNREADABLE`, `BUNDLE_MALFORMED` */
export async function summarizeBundle(file: string, pace = NO_PACE): Promise<BundleSummary> {
  const deletions: BytePath[] = [];
  const entries: BundleEntry[] = [];
  let head: BundleHead | undefined;
  for await (const part of readBundle(file, pace)) {
    if (part.kind === 'head') head = part.head;
    else if (part.kind === 'delete') deletions.push(part.path);
    else {
      const { path, type, size } = part.entry;
      entries.push({ path, type, size: part.member.link === undefined ? size : 0 });
    }
  }
  if (head === undefined) throw new RangeError('a bundle without a head');
  return { head, deletions, entries };
}
