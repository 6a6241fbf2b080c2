import { parentOf, showPath } from '../tree/byte-path.ts';
import { type BytePath, comparePaths } from '../tree/tree.ts';
import type { BundlePart } from './bundle-read.ts';
import { fromMemberName } from './names.ts';

/** Holds a bundle to the order in which bundles are written; whatever relies on it need not look again. */
export interface MemberOrder {
  /** @throws {RangeError} when a part is out of order. */
  check(part: BundlePart): void;
  /** @throws {RangeError} when parts are missing. */
  finish(): void;
}

/** @param deletions What the bundle's note says goes. */
export function memberOrder(deletions: readonly BytePath[]): MemberOrder {
  let deleted = 0;
  let lastDeleted: BytePath | undefined;
  let lastEntry: BytePath | undefined;
  const leaves = new Set<BytePath>();
  function entry({ entry: found, member }: Extract<BundlePart, { kind: 'entry' }>): void {
    const { path } = found;
    ascend(lastEntry, path);
    lastEntry = path;
    if (path === '' && found.type !== 'directory') throw new RangeError('its root is no directory');
    if (leaves.has(parentOf(path))) throw outOfOrder(path);
    if (member.link !== undefined && !leaves.has(fromMemberName(member.link))) {
      throw new RangeError(`"${showPath(path)}" is a link to what is not in it`);
    }
    if (found.type !== 'directory') leaves.add(path);
  }
  return {
    check(part) {
      if (part.kind === 'entry') entry(part);
      else if (part.kind === 'delete') {
        if (lastEntry !== undefined) throw outOfOrder(part.path);
        ascend(lastDeleted, part.path);
        lastDeleted = part.path;
        if (deletions[deleted] !== part.path)
          throw new RangeError('its note names other deletions');
        deleted += 1;
      }
    },
    finish() {
      if (deleted === deletions.length) return;
      throw new RangeError(`it holds ${deleted} deletions, not ${deletions.length}`);
    },
  };
}

function ascend(before: BytePath | undefined, path: BytePath): void {
  if (before !== undefined && comparePaths(before, path) >= 0) throw outOfOrder(path);
}

function outOfOrder(path: BytePath): RangeError {
  return new RangeError(`the path "${showPath(path)}" is out of order`);
}
